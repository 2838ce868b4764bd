//! DELETE /webhook — nothing is told any more, and what waits is deleted. Doing it twice is no error.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::{OPERATION, about_own, owner};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, envelope};

#[derive(Serialize, ToSchema)]
#[schema(
    as = DeletedWebhook,
    example = json!({"message": "Webhook configuration deleted successfully"})
)]
struct Deleted {
    message: &'static str,
}

pub fn about() -> About {
    about_own("Deletes the webhook of the caller's device, with what waits for it")
        .gives::<Deleted>()
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, delete(&request, &api).await)
}

async fn delete(request: &HttpRequest, api: &Api) -> Result<Deleted, Failure> {
    let owner = owner(request, api).await?;
    let webhooks = api.webhooks.clone();
    let delete = async move {
        let deleted = webhooks.delete(owner).await;
        deleted.map_err(|error| Failure::of_store("a webhook could not be deleted", &error))
    };
    to_the_end(delete).await?;
    info!(device.id = %owner.device, "webhook deleted");
    Ok(Deleted {
        message: "Webhook configuration deleted successfully",
    })
}
