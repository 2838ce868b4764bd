//! DELETE /devices/{deviceID} — takes a device offline; it keeps its credentials and its place in the list.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::disconnect::disconnect_and_wait;
use super::{follow, locate};
use crate::failure::{Envelope, Failure, Operation};
use crate::http::query::named;
use crate::http::{Api, envelope};
use crate::supervision::view::State;

const OPERATION: Operation = Operation::new("device", Envelope::Flat);
const NOT_FOUND: Failure = Failure::documented(404, "device not found");

#[derive(Serialize)]
struct Offline {
    message: &'static str,
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
