//! POST /connect — brings a paired device back with its stored credentials.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::follow;
use super::status::Status;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::supervision::supervisor::Connect;
use crate::supervision::view::{State, View};

const FAILED: Failure = Failure::documented(500, "reconnect failed");

#[derive(Deserialize, ToSchema)]
pub struct ConnectSession {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = Connected,
    example = json!({
        "status": "connected",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "needs_qr": false
    })
)]
pub struct Connected {
    status: Status,
    device_id: DeviceId,
    /// The credentials are gone: GET /qr or POST /paircode comes next.
    needs_qr: bool,
}

impl Endpoint for ConnectSession {
    type Caller = Caller;
    type Reply = Connected;
    const SUMMARY: &'static str = "Brings a paired device back with its stored credentials";
    const OPERATION: Operation = Operation::new("connect", Envelope::Session);
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, FAILED]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Connected, Failure> {
        let device = context.locate().await?.ok_or(NOT_FOUND)?;
        connect(&context.api, device).await
    }
}

async fn connect(api: &Api, device: DeviceId) -> Result<Connected, Failure> {
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
    api.ask(Connect(device)).await
}

fn answer(device: DeviceId, view: &View) -> Connected {
    Connected {
        status: view.state.into(),
        device_id: device,
        needs_qr: !view.is_paired(),
    }
}
