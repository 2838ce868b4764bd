//! GET /user/devices — the caller's devices, in short.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::own_devices;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::ids::{DeviceId, UserId};
use crate::operation::{Envelope, Operation};

const OPERATION: Operation = Operation::new("device", Envelope::Data);

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
struct Mine {
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

pub fn about() -> About {
    About::new("Lists the caller's devices, in short", &OPERATION).gives::<Mine>()
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, mine(&request, &api).await)
}

async fn mine(request: &HttpRequest, api: &Api) -> Result<Mine, Failure> {
    let caller = api.caller(request).await?;
    let own = own_devices(api, caller).await?;
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
        user_id: caller.user,
    })
}
