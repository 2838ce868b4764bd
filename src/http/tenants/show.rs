//! GET /global/tenants/{id} — one tenant.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ID, NOT_FOUND, id_required};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::auth::Master;
use crate::http::endpoint::{Context, Endpoint};
use crate::ids::TenantId;
use crate::store::accounts::Tenant;

#[derive(Deserialize, ToSchema)]
pub struct GetTenant {
    /// Which.
    pub id: TenantId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ShownTenant)]
pub struct Shown {
    data: Tenant,
}

impl Endpoint for GetTenant {
    type Caller = Master;
    type Reply = Shown;
    const SUMMARY: &'static str = "Shows a tenant";
    /// Unlike its siblings this one says "required" (whether with 401 or 403 the contract does not show).
    const OPERATION: Operation = Operation {
        unauthorized: "master token required",
        ..Operation::new("tenant", Envelope::Admin)
    };
    const PARAMS: &'static [Param] = &[ID];

    fn refusals() -> Vec<Failure> {
        vec![id_required(), NOT_FOUND]
    }

    async fn answer(self, context: Context<Master>) -> Result<Shown, Failure> {
        let found = context.api.store.tenant(self.id).await;
        let found =
            found.map_err(|error| Failure::of_store("a tenant could not be read", &error))?;
        let data = found.ok_or(NOT_FOUND)?;
        Ok(Shown { data })
    }
}
