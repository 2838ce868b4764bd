//! PATCH /devices/{deviceID} — another name for a device.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::checked_name;
use super::{DEVICE, in_path};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Sales Lisbon"}))]
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
    example = json!({"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "name": "Sales Lisbon"})
)]
pub struct Renamed {
    id: DeviceId,
    name: String,
}

impl Endpoint for RenameDevice {
    type Caller = Caller;
    type Reply = Renamed;
    const SUMMARY: &'static str = "Gives a device another name";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);
    const PARAMS: &'static [Param] = &[DEVICE];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Renamed, Failure> {
        let name = checked_name(&self.name)?;
        let device = in_path(&context.api, context.caller, &self.device).await?;
        let renamed = context.api.store.rename_device(device, name).await;
        let renamed =
            renamed.map_err(|error| Failure::of_store("a device could not be renamed", &error))?;
        if let Some(console) = &context.api.console {
            console.tell(context.caller, device);
        }
        match renamed {
            true => Ok(Renamed {
                id: device,
                name: name.to_owned(),
            }),
            false => Err(NOT_FOUND),
        }
    }
}
