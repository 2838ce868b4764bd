//! DELETE /api/instance/delete/{instance} — an instance, its session and its token, for good. For accounts only.

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Account, INSTANCE, Instance, OPERATION, Outcome};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::detached::to_the_end;
use crate::http::devices::remove_for_good;
use crate::http::endpoint::{Admitted, Context, Endpoint, Token};
use crate::memory::Holder;
use crate::store::accounts::Grant;

#[derive(Deserialize, ToSchema)]
pub struct DeleteInstance {}

/// An instance, for the token of its account; its own token is none here.
pub struct OwnInstance(Instance);

impl Admitted for OwnInstance {
    const TOKENS: &'static [Token] = Instance::TOKENS;

    fn refusals() -> Vec<Failure> {
        Instance::refusals()
    }

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        Account::admit(request, api).await?;
        Instance::admit(request, api).await.map(Self)
    }

    fn holder(&self) -> Holder {
        self.0.holder()
    }

    fn grant(&self) -> Option<Grant> {
        self.0.grant()
    }
}

impl Endpoint for DeleteInstance {
    type Caller = OwnInstance;
    type Reply = Outcome;
    const SUMMARY: &'static str = "Deletes an instance for good";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE];

    fn refusals() -> Vec<Failure> {
        vec![not_gone(Failure::Internal)]
    }

    async fn answer(self, context: Context<OwnInstance>) -> Result<Outcome, Failure> {
        let Context { api, caller, .. } = context;
        let Instance { caller, device } = caller.0;
        to_the_end(async move {
            let removed = remove_for_good(&api, caller, device.id).await;
            removed.map_err(not_gone)
        })
        .await?;
        Ok(Outcome::new("Instance deleted", "deleted"))
    }
}

fn not_gone(failure: Failure) -> Failure {
    if failure.passes() {
        return failure;
    }
    Failure::told(500, format!("Failed to delete instance: {failure}"))
}
