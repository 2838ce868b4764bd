//! DELETE /devices/{deviceID} — takes a device offline; it keeps its credentials and its place in the list.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::disconnect::disconnect_and_wait;
use super::{NOT_FOUND, follow, locate};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::named;
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};
use crate::supervision::view::State;

const OPERATION: Operation = Operation::new("device", Envelope::Flat);

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceOffline, example = json!({"message": "Device disconnected"}))]
struct Offline {
    message: &'static str,
}

pub fn about() -> About {
    About::new(
        "Takes a device offline and keeps its credentials",
        &OPERATION,
    )
    .gives::<Offline>()
    .refuses([NOT_FOUND])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, take_offline(&request, &api).await)
}

async fn take_offline(request: &HttpRequest, api: &Api) -> Result<Offline, Failure> {
    let caller = api.caller(request).await?;
    let id = named(request.match_info().get("id"));
    let device = locate(api, caller, id).await?.ok_or(NOT_FOUND)?;
    let mut watch = follow(api, device).await?;
    if watch.now().state != State::Down {
        disconnect_and_wait(api, device, &mut watch).await?;
    }
    Ok(Offline {
        message: "Device disconnected",
    })
}
