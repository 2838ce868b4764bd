//! POST /connect — brings a paired device back with its stored credentials.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, NOT_FOUND, follow, locate};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope};
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::supervision::supervisor::Connect;
use crate::supervision::view::{State, View};

const OPERATION: Operation = Operation::new("connect", Envelope::Session);
const FAILED: Failure = Failure::documented(500, "reconnect failed");

#[derive(Serialize, ToSchema)]
#[schema(
    example = json!({
        "status": "connected",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "needs_qr": false
    })
)]
struct Connected {
    status: &'static str,
    device_id: DeviceId,
    /// The credentials are gone: GET /qr or POST /paircode comes next.
    needs_qr: bool,
}

pub fn about() -> About {
    About::new(
        "Brings a paired device back with its stored credentials",
        &OPERATION,
    )
    .query("device_id", DEVICE_ID)
    .gives::<Connected>()
    .refuses([NOT_FOUND, FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, connect(&request, &api).await)
}

async fn connect(request: &HttpRequest, api: &Api) -> Result<Connected, Failure> {
    let caller = api.caller(request).await?;
    let located = locate(api, caller, Query::of(request).device()).await?;
    let device = located.ok_or(NOT_FOUND)?;
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    if !before.is_paired() {
        return Ok(answer(device, &before));
    }
    begin(api, device).await?;
    // A life that is closing ends first; the one after it is ours.
    let exits = before.exits + u64::from(before.state == State::Closing);
    let settled = watch.until(api.limits.connect, |view| {
        view.is_live() || view.exits > exits
    });
    match settled.await {
        Some(view) if view.is_live() => Ok(answer(device, &view)),
        // Unlinked meanwhile: wait until that is known for sure.
        Some(view) if view.last_exit.is_some_and(|exit| exit.ends_the_pairing()) => {
            let gone = watch
                .until(api.limits.connect, |view| !view.is_paired())
                .await;
            gone.map(|view| answer(device, &view)).ok_or(FAILED)
        }
        _ => Err(FAILED),
    }
}

/// Has a paired device connected, now and after a restart of the daemon. Does not wait for it.
pub async fn begin(api: &Api, device: DeviceId) -> Result<(), Failure> {
    let wanted = api.store.set_wanted(device, true).await;
    wanted.map_err(|error| Failure::of_store("a connect could not be noted", &error))?;
    let begun = api.supervisor.send(Connect(device)).await;
    begun.map_err(|_| Failure::Internal)
}

fn answer(device: DeviceId, view: &View) -> Connected {
    Connected {
        status: view.state.name(),
        device_id: device,
        needs_qr: !view.is_paired(),
    }
}
