//! GET /user/devices — the caller's devices, in short.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own_devices;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::ids::{DeviceId, UserId};
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct GetMyDevices {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = MyDevices,
    example = json!({
        "devices": [{
            "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "name": "Sales WhatsApp",
            "connected": true,
            "last_seen": "2026-06-15T14:00:00Z",
            "created_at": "2026-06-15T12:00:00Z"
        }],
        "count": 1,
        "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11"
    })
)]
pub struct Mine {
    devices: Vec<Device>,
    count: usize,
    user_id: UserId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MyDevice)]
struct Device {
    id: DeviceId,
    name: String,
    connected: bool,
    last_seen: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Endpoint for GetMyDevices {
    type Caller = Caller;
    type Reply = Mine;
    const SUMMARY: &'static str = "Lists the caller's devices, in short";
    const OPERATION: Operation = Operation::new("device", Envelope::Data);

    async fn answer(self, context: Context<Caller>) -> Result<Mine, Failure> {
        let own = own_devices(&context.api, context.caller).await?;
        let short = own.into_iter().map(|(device, view)| Device {
            id: device.id,
            name: device.name,
            connected: view.is_live(),
            last_seen: view.last_seen,
            created_at: device.created_at,
        });
        let devices: Vec<Device> = short.collect();
        Ok(Mine {
            count: devices.len(),
            devices,
            user_id: context.caller.user,
        })
    }
}
