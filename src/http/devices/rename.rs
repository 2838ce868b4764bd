//! PATCH /devices/{deviceID} — gives a device another name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::{bad_name, checked_name};
use super::locate;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::{NOT_FOUND, Which};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Support WhatsApp"}))]
pub struct RenameDevice {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// For people; 1 to 100 characters.
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = RenamedDevice,
    example = json!({
        "message": "Device renamed",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "name": "Support WhatsApp"
    })
)]
pub struct Renamed {
    message: &'static str,
    device_id: DeviceId,
    name: String,
}

impl Endpoint for RenameDevice {
    type Caller = Caller;
    type Reply = Renamed;
    const SUMMARY: &'static str = "Gives a device another name";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);
    const PARAMS: &'static [Param] = &[Param::path("deviceID")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, bad_name().into()]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Renamed, Failure> {
        let Context { api, caller, .. } = context;
        let name = checked_name(&self.name)?;
        let located = locate(&api, caller, Which::named(Some(&self.device))).await?;
        let device = located.ok_or(NOT_FOUND)?;
        let renamed = api.store.rename_device(caller, device, name).await;
        let renamed =
            renamed.map_err(|error| Failure::of_store("a device was not renamed", &error))?;
        if !renamed {
            return Err(NOT_FOUND);
        }
        if let Some(console) = &api.console {
            console.tell(caller, device);
        }
        Ok(Renamed {
            message: "Device renamed",
            device_id: device,
            name: name.to_owned(),
        })
    }
}
