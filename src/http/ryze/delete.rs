//! DELETE /api/instance/delete/{instance} — an instance, its session and its token, for good. For accounts only.

use actix_web::HttpRequest;
use serde::Deserialize;
use tracing::info;
use utoipa::ToSchema;

use super::{Account, INSTANCE, Instance, OPERATION, Outcome};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::detached::to_the_end;
use crate::http::devices::logout::unlink;
use crate::http::endpoint::{Admitted, Context, Endpoint, Token};
use crate::http::users::remove_devices;
use crate::memory::Holder;

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
        to_the_end(async move { gone(&api, &caller.0).await.map_err(not_gone) }).await?;
        Ok(Outcome::new("Instance deleted", "deleted"))
    }
}

/// In this order: the phone no longer lists the device, its records go, its row and its token go. Whatever goes wrong
/// between two steps, asking again takes it up from there.
async fn gone(api: &Api, instance: &Instance) -> Result<(), Failure> {
    // WhatsApp does not take it back, and a life ends at the first step.
    let ready = api.store.ready().await;
    ready.map_err(|error| Failure::of_store("a device was not deleted", &error))?;
    let live = instance.view(api).await.is_ok_and(|view| view.is_live());
    let device = instance.device.id;
    if live && let Err(failure) = unlink(api, instance.caller, device).await {
        if failure.passes() {
            return Err(failure);
        }
        // It is not to be in the way: the owner can unlink the device on the phone.
        info!(device.id = %device, reason = %failure, "a device could not be unlinked before it was deleted");
    }
    remove_devices(api, [device]).await?;
    let deleted = api.store.delete_device(device).await;
    api.tokens.forget_device(device);
    deleted.map_err(|error| Failure::of_store("a device could not be deleted", &error))?;
    info!(device.id = %device, "device deleted");
    Ok(())
}

fn not_gone(failure: Failure) -> Failure {
    if failure.passes() {
        return failure;
    }
    Failure::told(500, format!("Failed to delete instance: {failure}"))
}
