//! DELETE /api/instance/logout/{instance} — unlinks the device at WhatsApp; the instance and its token stay.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{OPERATION, Outcome, about_one, instance, view};
use crate::failure::Failure;
use crate::http::instances::logout::unlink;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};

const FAILED: Failure = Failure::documented(500, "Failed to logout instance");

pub fn about() -> About {
    about_one("Unlinks the instance's device at WhatsApp", &OPERATION)
        .gives::<Outcome>()
        .refuses([Failure::Disconnected, FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, log_out(&request, &api).await)
}

/// Doing it twice is no error.
async fn log_out(request: &HttpRequest, api: &Api) -> Result<Outcome, Failure> {
    let (caller, device) = instance(request, api).await?;
    let before = view(api, &device).await?;
    if before.is_paired() {
        unlink(api, caller, device.id)
            .await
            .map_err(|failure| match failure {
                // Only a connected device can tell WhatsApp.
                Failure::Disconnected if !before.is_live() => Failure::Disconnected,
                Failure::Overloaded => Failure::Overloaded,
                _ => FAILED,
            })?;
    }
    Ok(Outcome::new("Instance logged out", "loggedout"))
}
