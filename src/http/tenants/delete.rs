//! DELETE /global/tenants/{id} — a tenant with its users, their devices and all that those hold, for good.
//!
//! First all tokens end, then the devices are removed, then the rows go. Whatever goes wrong between two steps, asking
//! again takes it up from there.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use super::{NOT_FOUND, id_in_path, id_required};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::users::remove_devices;
use crate::http::{Api, envelope};
use crate::ids::{DeviceId, TenantId};
use crate::operation::{Envelope, Operation};
use crate::store::StoreError;
use crate::store::accounts::Tenant;

const OPERATION: Operation = Operation::new("tenant", Envelope::Admin);
const FAILED: Failure = Failure::documented(500, "failed to delete tenant");

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedTenant)]
struct Deleted {
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

pub fn about() -> About {
    About::new(
        "Deletes a tenant with all that it holds, for good",
        &OPERATION,
    )
    .for_master()
    .gives::<Deleted>()
    .refuses([id_required().into(), NOT_FOUND, FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, delete(&request, api).await)
}

async fn delete(request: &HttpRequest, api: web::Data<Api>) -> Result<Deleted, Failure> {
    api.master(request)?;
    let id = id_in_path(request)?;
    to_the_end(async move {
        let found = api.store.tenant(id).await.map_err(not_deleted)?;
        let tenant = found.ok_or(NOT_FOUND)?;
        erase(&api, id).await?;
        // At the highest level, so that nobody learns of it by chance.
        error!(tenant.id = %id, "tenant and all its data permanently deleted");
        Ok(deleted(tenant))
    })
    .await
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
        Failure::Overloaded => Failure::Overloaded,
        _ => FAILED,
    }
}
