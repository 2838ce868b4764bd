//! DELETE /devices/{deviceID} — takes a device offline; it keeps its credentials and its place in the list, unless it is to go
//! for good.

use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::disconnect::disconnect_and_wait;
use super::logout::unlink;
use super::{follow, locate};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::users::remove_devices;
use crate::http::which::{NOT_FOUND, Which};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::supervision::view::State;

#[derive(Deserialize, ToSchema)]
pub struct DisconnectDevice {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// `true`: it is unlinked and deleted, with all that it holds.
    #[serde(default)]
    pub permanent: bool,
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
    const PARAMS: &'static [Param] = &[Param::path("deviceID"), Param::query("permanent")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Offline, Failure> {
        let which = Which::named(Some(&self.device));
        let located = locate(&context.api, context.caller, which).await?;
        let device = located.ok_or(NOT_FOUND)?;
        if self.permanent {
            let Context { api, caller, .. } = context;
            to_the_end(async move { delete(&api, caller, device).await }).await?;
            return Ok(Offline {
                message: "Device deleted",
            });
        }
        let mut watch = follow(&context.api, device).await?;
        if watch.now().state != State::Down {
            disconnect_and_wait(&context.api, device, &mut watch).await?;
        }
        Ok(Offline {
            message: "Device disconnected",
        })
    }
}

/// In this order: the phone no longer lists the device, its records go, its row and its token go. Whatever goes wrong
/// between two steps, asking again takes it up from there.
pub async fn delete(api: &Api, caller: Caller, device: DeviceId) -> Result<(), Failure> {
    // WhatsApp does not take it back, and a life ends at the first step.
    let ready = api.store.ready().await;
    ready.map_err(|error| Failure::of_store("a device was not deleted", &error))?;
    let watch = follow(api, device).await;
    let live = watch.is_ok_and(|watch| watch.now().is_live());
    if live && let Err(failure) = unlink(api, caller, device).await {
        if failure.passes() {
            return Err(failure);
        }
        // It is not to be in the way: the owner can unlink the device on the phone.
        info!(device.id = %device, reason = %failure, "a device could not be unlinked before it was deleted");
    }
    remove_devices(api, [device]).await?;
    let deleted = api.store.delete_device(device).await;
    api.tokens.forget_device(device);
    deleted.map_err(|error| Failure::of_store("a device could not be deleted", &error))?;
    info!(device.id = %device, "device deleted");
    Ok(())
}
