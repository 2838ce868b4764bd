//! GET /webhook — where the events of the caller's device go.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NOT_FOUND, OPERATION, Shown, about_own, owner};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};

#[derive(Serialize, ToSchema)]
#[schema(
    as = FoundWebhook,
    example = json!({
        "webhook": Shown::example()
    })
)]
struct Found {
    webhook: Shown,
}

pub fn about() -> About {
    about_own("Shows where the events of the caller's device go")
        .gives::<Found>()
        .refuses([NOT_FOUND])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, &api).await)
}

async fn show(request: &HttpRequest, api: &Api) -> Result<Found, Failure> {
    let owner = match owner(request, api).await {
        // Without a device there is no webhook either.
        Err(Failure::NoDevice) => return Err(NOT_FOUND),
        owner => owner?,
    };
    let webhook = api.webhooks.of(owner).ok_or(NOT_FOUND)?;
    Ok(Found {
        webhook: Shown::from(&*webhook),
    })
}
