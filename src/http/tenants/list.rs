//! GET /tenants — all tenants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::auth::Master;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Tenant;

const FAILED: Failure = Failure::documented(500, "failed to list tenants");

#[derive(Deserialize, ToSchema)]
pub struct ListTenants {}

#[derive(Serialize, ToSchema)]
#[schema(as = Tenants)]
pub struct List {
    tenants: Vec<Tenant>,
}

impl Endpoint for ListTenants {
    type Caller = Master;
    type Reply = List;
    const SUMMARY: &'static str = "Lists all tenants";
    const OPERATION: Operation = Operation::new("tenant", Envelope::Admin);

    fn refusals() -> Vec<Failure> {
        vec![FAILED]
    }

    async fn answer(self, context: Context<Master>) -> Result<List, Failure> {
        match context.api.store.tenants().await {
            Ok(tenants) => Ok(List { tenants }),
            Err(error) => match Failure::of_store("tenants could not be listed", &error) {
                failure if failure.passes() => Err(failure),
                _ => Err(FAILED),
            },
        }
    }
}
