//! DELETE /global/tenants/{id} — a tenant with its users, their devices and all that those hold, for good.
//!
//! First all tokens end, then the devices are removed, then the rows go. Whatever goes wrong between two steps, asking
//! again takes it up from there.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tracing::error;
use utoipa::ToSchema;

use super::{ID, NOT_FOUND, id_required};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::auth::Master;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::users::remove_devices;
use crate::ids::{DeviceId, TenantId};
use crate::store::StoreError;
use crate::store::accounts::Tenant;

const FAILED: Failure = Failure::documented(500, "failed to delete tenant");

#[derive(Deserialize, ToSchema)]
pub struct DeleteTenant {
    /// Which.
    pub id: TenantId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedTenant)]
pub struct Deleted {
    message: &'static str,
    data: Gone,
}

#[derive(Serialize, ToSchema)]
#[schema(as = GoneTenant)]
struct Gone {
    tenant_id: TenantId,
    tenant_name: String,
    deleted_at: DateTime<Utc>,
}

impl Endpoint for DeleteTenant {
    type Caller = Master;
    type Reply = Deleted;
    const SUMMARY: &'static str = "Deletes a tenant with all that it holds, for good";
    const OPERATION: Operation = Operation::new("tenant", Envelope::Admin);
    const PARAMS: &'static [Param] = &[ID];

    fn refusals() -> Vec<Failure> {
        vec![id_required(), NOT_FOUND, FAILED]
    }

    async fn answer(self, context: Context<Master>) -> Result<Deleted, Failure> {
        to_the_end(async move { delete(&context.api, self.id).await }).await
    }
}

async fn delete(api: &Api, id: TenantId) -> Result<Deleted, Failure> {
    let found = api.store.tenant(id).await.map_err(not_deleted)?;
    let tenant = found.ok_or(NOT_FOUND)?;
    erase(api, id).await?;
    // At the highest level, so that nobody learns of it by chance.
    error!(tenant.id = %id, "tenant and all its data permanently deleted");
    Ok(deleted(tenant))
}

async fn erase(api: &Api, id: TenantId) -> Result<(), Failure> {
    let suspended = api.store.suspend(id).await;
    api.tokens.forget_tenant(id);
    suspended.map_err(not_deleted)?;
    remove(api, devices(api, id).await?).await?;
    let gone = api.store.delete_tenant(id).await.map_err(not_deleted)?;
    // A request from before may have made a device after the list was read.
    remove(api, gone.ok_or(NOT_FOUND)?).await
}

async fn devices(api: &Api, id: TenantId) -> Result<Vec<DeviceId>, Failure> {
    api.store.devices_of_tenant(id).await.map_err(not_deleted)
}

async fn remove(api: &Api, devices: Vec<DeviceId>) -> Result<(), Failure> {
    match remove_devices(api, devices).await {
        Err(Failure::Internal) => Err(FAILED),
        removed => removed,
    }
}

fn deleted(tenant: Tenant) -> Deleted {
    Deleted {
        message: "Tenant and all related data permanently deleted",
        data: Gone {
            tenant_id: tenant.id,
            tenant_name: tenant.name,
            deleted_at: Utc::now().trunc_subsecs(0),
        },
    }
}

fn not_deleted(error: StoreError) -> Failure {
    match Failure::of_store("a tenant could not be deleted", &error) {
        failure if failure.passes() => failure,
        _ => FAILED,
    }
}
