//! GET /global/tenants/{id} — one tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NOT_FOUND, id_in_path, id_required};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Tenant;

/// Unlike its siblings this one says "required" (whether with 401 or 403 the contract does not show).
const OPERATION: Operation = Operation {
    unauthorized: "master token required",
    ..Operation::new("tenant", Envelope::Admin)
};

#[derive(Serialize, ToSchema)]
#[schema(as = ShownTenant)]
struct Shown {
    data: Tenant,
}

pub fn about() -> About {
    About::new("Shows a tenant", &OPERATION)
        .for_master()
        .gives::<Shown>()
        .refuses([id_required().into(), NOT_FOUND])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, &api).await)
}

async fn show(request: &HttpRequest, api: &Api) -> Result<Shown, Failure> {
    api.master(request)?;
    let found = api.store.tenant(id_in_path(request)?).await;
    let found = found.map_err(|error| Failure::of_store("a tenant could not be read", &error))?;
    let data = found.ok_or(NOT_FOUND)?;
    Ok(Shown { data })
}
