//! DELETE /devices/{deviceID} — takes a device offline, and it keeps its credentials and its place in the list; or removes it
//! for good.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::disconnect::disconnect_and_wait;
use super::{DEVICE, follow, in_path, remove_for_good};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::store::accounts::Caller;
use crate::supervision::view::State;

#[derive(Deserialize, ToSchema)]
pub struct DisconnectDevice {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// `true`: it is unlinked and deleted with all that is known of it.
    #[serde(default)]
    pub for_good: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceOffline, example = json!({"message": "Device disconnected"}))]
pub struct Offline {
    message: &'static str,
}

impl Endpoint for DisconnectDevice {
    type Caller = Caller;
    type Reply = Offline;
    const SUMMARY: &'static str =
        "Takes a device offline and keeps its credentials, or removes it for good";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);
    const PARAMS: &'static [Param] = &[DEVICE, Param::query("for_good")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Offline, Failure> {
        let Context { api, caller, .. } = context;
        let device = in_path(&api, caller, &self.device).await?;
        if self.for_good {
            to_the_end(async move { remove_for_good(&api, caller, device).await }).await?;
            return Ok(Offline {
                message: "Device deleted",
            });
        }
        let mut watch = follow(&api, device).await?;
        if watch.now().state != State::Down {
            disconnect_and_wait(&api, device, &mut watch).await?;
        }
        Ok(Offline {
            message: "Device disconnected",
        })
    }
}
