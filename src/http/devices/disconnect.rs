//! POST /disconnect — closes the connection and keeps the credentials; the device stays down until asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{follow, several};
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::supervision::supervisor::Disconnect;
use crate::supervision::view::{State, Watch};

const NOT_CONNECTED: Failure = Failure::documented(404, "device not found or not connected");
const FAILED: Failure = Failure::documented(500, "failed to disconnect device");
/// A life takes at most five seconds to say goodbye.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Deserialize, ToSchema)]
pub struct DisconnectSession {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = Disconnected,
    example = json!({
        "message": "device disconnected successfully",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    })
)]
pub struct Disconnected {
    message: &'static str,
    device_id: DeviceId,
}

impl Endpoint for DisconnectSession {
    type Caller = Caller;
    type Reply = Disconnected;
    const SUMMARY: &'static str = "Closes the connection and keeps the credentials";
    const OPERATION: Operation = Operation::new("disconnect", Envelope::Session);
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![several().into(), NOT_CONNECTED, FAILED]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Disconnected, Failure> {
        let device = context.locate_for_good().await?.ok_or(NOT_CONNECTED)?;
        let mut watch = follow(&context.api, device).await?;
        if watch.now().state == State::Down {
            return Err(NOT_CONNECTED);
        }
        disconnect_and_wait(&context.api, device, &mut watch).await?;
        Ok(Disconnected {
            message: "device disconnected successfully",
            device_id: device,
        })
    }
}

/// Ends the life of a device and plans none, also after a restart.
pub async fn disconnect_and_wait(
    api: &Api,
    device: DeviceId,
    watch: &mut Watch,
) -> Result<(), Failure> {
    // Noted first: a restart of the daemon in between must not bring the device back.
    let wanted = api.store.set_wanted(device, false).await;
    wanted.map_err(|error| Failure::of_store("a disconnect could not be noted", &error))?;
    api.ask(Disconnect(device)).await?;
    let down = watch.until(LIMIT, |view| view.state == State::Down).await;
    down.map(drop).ok_or(FAILED)
}
