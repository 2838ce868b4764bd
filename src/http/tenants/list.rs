//! GET /tenants — all tenants.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Tenant;

const OPERATION: Operation = Operation::new("tenant", Envelope::Admin);
const FAILED: Failure = Failure::documented(500, "failed to list tenants");

#[derive(Serialize, ToSchema)]
#[schema(as = Tenants)]
struct List {
    tenants: Vec<Tenant>,
}

pub fn about() -> About {
    About::new("Lists all tenants", &OPERATION)
        .for_master()
        .gives::<List>()
        .refuses([FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, list(&request, &api).await)
}

async fn list(request: &HttpRequest, api: &Api) -> Result<List, Failure> {
    api.master(request)?;
    match api.store.tenants().await {
        Ok(tenants) => Ok(List { tenants }),
        Err(error) => match Failure::of_store("tenants could not be listed", &error) {
            Failure::Overloaded => Err(Failure::Overloaded),
            _ => Err(FAILED),
        },
    }
}
