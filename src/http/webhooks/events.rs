//! GET /webhook/events — the catalog.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::OPERATION;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::webhooks::catalog::EventSet;

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvents, example = json!({"events": ["message.received", "message.sent"]}))]
struct Catalog {
    events: Vec<&'static str>,
}

pub fn about() -> About {
    About::new("Lists the names of all events", &OPERATION).gives::<Catalog>()
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, catalog(&request, &api).await)
}

async fn catalog(request: &HttpRequest, api: &Api) -> Result<Catalog, Failure> {
    api.caller(request).await?;
    Ok(Catalog {
        events: EventSet::all().names(),
    })
}
