//! GET /user/devices — the caller's devices, in short.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::own_devices;
use crate::failure::{Envelope, Failure, Operation};
use crate::http::{Api, envelope};
use crate::ids::{DeviceId, UserId};

const OPERATION: Operation = Operation::new("device", Envelope::Data);

#[derive(Serialize)]
struct Mine {
    devices: Vec<Device>,
    count: usize,
    user_id: UserId,
}

#[derive(Serialize)]
struct Device {
    id: DeviceId,
    name: String,
    connected: bool,
    last_seen: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
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
