//! POST /logout — unlinks the device at WhatsApp and wipes its credentials.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, NOT_FOUND, follow, locate};
use crate::commands::Command;
use crate::commands::logout::Logout;
use crate::failure::Failure;
use crate::http::execute::dispatch;
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;

/// Saying goodbye and wiping the records.
const LIMIT: Duration = Duration::from_secs(15);

#[derive(Serialize, ToSchema)]
#[schema(
    example = json!({
        "message": "device logged out successfully",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    })
)]
struct LoggedOut {
    message: &'static str,
    device_id: DeviceId,
}

pub fn about() -> About {
    About::new(Logout::SUMMARY, &Logout::OPERATION)
        .query("device_id", DEVICE_ID)
        .gives::<LoggedOut>()
        .refuses([NOT_FOUND, Failure::Refused(String::new())])
        .refuses([
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&Logout::OPERATION, log_out(&request, &api).await)
}

async fn log_out(request: &HttpRequest, api: &Api) -> Result<LoggedOut, Failure> {
    let caller = api.caller(request).await?;
    let located = locate(api, caller, Query::of(request).device()).await?;
    let device = located.ok_or(NOT_FOUND)?;
    unlink(api, caller, device).await?;
    Ok(LoggedOut {
        message: "device logged out successfully",
        device_id: device,
    })
}

/// Unlinks a connected device, and waits until its credentials are gone.
pub async fn unlink(api: &Api, caller: Caller, device: DeviceId) -> Result<(), Failure> {
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    let unlinked = dispatch(api, caller, Some(device), Logout {}).await;
    match unlinked {
        Ok(_) => {}
        // WhatsApp may end the connection before its answer is read; how the life ended tells.
        Err(Failure::Disconnected) if before.is_live() => {}
        Err(failure) => return Err(failure),
    }
    let wiped = watch.until(LIMIT, |view| {
        !view.is_paired() || view.is_live() && view.exits > before.exits
    });
    match wiped.await {
        Some(view) if !view.is_paired() => Ok(()),
        _ => Err(Failure::Disconnected),
    }
}
