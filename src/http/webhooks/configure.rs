//! POST /webhook — says where the events of the caller's device go. Writing it again overwrites it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::{OPERATION, Shown, about_own, owner};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, body, envelope};
use crate::webhooks::NotWritten;
use crate::webhooks::settings::Wanted;

#[derive(Serialize, ToSchema)]
#[schema(
    as = ConfiguredWebhook,
    example = json!({
        "message": "Webhook configured successfully",
        "webhook": Shown::example()
    })
)]
struct Configured {
    message: &'static str,
    webhook: Shown,
}

pub fn about() -> About {
    about_own("Says where the events of the caller's device go; overwrites what was said before")
        .takes::<Wanted>()
        .gives::<Configured>()
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    envelope::respond(&OPERATION, configure(&request, payload, &api).await)
}

async fn configure(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<Configured, Failure> {
    let owner = owner(request, api).await?;
    let wanted: Wanted = body::json(request, payload, &api.limits).await?;
    let webhooks = api.webhooks.clone();
    let write = async move { webhooks.write(owner, wanted).await.map_err(not_written) };
    let webhook = to_the_end(write).await?;
    info!(device.id = %owner.device, "webhook configured");
    Ok(Configured {
        message: "Webhook configured successfully",
        webhook: Shown::from(&*webhook),
    })
}

fn not_written(error: NotWritten) -> Failure {
    match error {
        NotWritten::Invalid(invalid) => invalid.into(),
        NotWritten::Store(error) => Failure::of_store("a webhook could not be stored", &error),
        // Its user was deleted while the request was under way.
        NotWritten::NoDevice => Failure::NoDevice,
    }
}
