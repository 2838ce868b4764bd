//! POST /disconnect — closes the connection and keeps the credentials; the device stays down until asked for.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, follow, locate};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope};
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::supervision::supervisor::Disconnect;
use crate::supervision::view::{State, Watch};

const OPERATION: Operation = Operation::new("disconnect", Envelope::Session);
const NOT_CONNECTED: Failure = Failure::documented(404, "device not found or not connected");
const FAILED: Failure = Failure::documented(500, "failed to disconnect device");
/// A life takes at most five seconds to say goodbye.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Serialize, ToSchema)]
#[schema(
    example = json!({
        "message": "device disconnected successfully",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    })
)]
struct Disconnected {
    message: &'static str,
    device_id: DeviceId,
}

pub fn about() -> About {
    About::new(
        "Closes the connection and keeps the credentials",
        &OPERATION,
    )
    .query("device_id", DEVICE_ID)
    .gives::<Disconnected>()
    .refuses([NOT_CONNECTED, FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, disconnect(&request, &api).await)
}

async fn disconnect(request: &HttpRequest, api: &Api) -> Result<Disconnected, Failure> {
    let caller = api.caller(request).await?;
    let located = locate(api, caller, Query::of(request).device()).await?;
    let device = located.ok_or(NOT_CONNECTED)?;
    let mut watch = follow(api, device).await?;
    if watch.now().state == State::Down {
        return Err(NOT_CONNECTED);
    }
    disconnect_and_wait(api, device, &mut watch).await?;
    Ok(Disconnected {
        message: "device disconnected successfully",
        device_id: device,
    })
}

/// Ends the life of a device and plans none, also after a restart.
pub(super) async fn disconnect_and_wait(
    api: &Api,
    device: DeviceId,
    watch: &mut Watch,
) -> Result<(), Failure> {
    // Noted first: a restart of the daemon in between must not bring the device back.
    let wanted = api.store.set_wanted(device, false).await;
    wanted.map_err(|error| Failure::of_store("a disconnect could not be noted", &error))?;
    api.supervisor
        .send(Disconnect(device))
        .await
        .map_err(|_| Failure::Internal)?;
    let down = watch.until(LIMIT, |view| view.state == State::Down).await;
    down.ok_or(FAILED)?;
    Ok(())
}
