//! DELETE /devices/{deviceID} — takes a device offline; it keeps its credentials and its place in the list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::disconnect::disconnect_and_wait;
use super::{follow, locate};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::{NOT_FOUND, Which};
use crate::store::accounts::Caller;
use crate::supervision::view::State;

#[derive(Deserialize, ToSchema)]
pub struct DisconnectDevice {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceOffline, example = json!({"message": "Device disconnected"}))]
pub struct Offline {
    message: &'static str,
}

impl Endpoint for DisconnectDevice {
    type Caller = Caller;
    type Reply = Offline;
    const SUMMARY: &'static str = "Takes a device offline and keeps its credentials";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);
    const PARAMS: &'static [Param] = &[Param::path("deviceID")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Offline, Failure> {
        let which = Which::named(Some(&self.device));
        let located = locate(&context.api, context.caller, which).await?;
        let device = located.ok_or(NOT_FOUND)?;
        let mut watch = follow(&context.api, device).await?;
        if watch.now().state != State::Down {
            disconnect_and_wait(&context.api, device, &mut watch).await?;
        }
        Ok(Offline {
            message: "Device disconnected",
        })
    }
}
