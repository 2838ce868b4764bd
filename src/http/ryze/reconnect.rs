//! POST /api/instance/reconnect/{instance} — begins to connect with the stored session; the list tells how it went.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{OPERATION, instance, view};
use crate::failure::Failure;
use crate::http::instances::connect::begin;
use crate::http::{Api, envelope};

const NO_SESSION: Failure =
    Failure::documented(400, "Instance has no saved session — call /connect first");

#[derive(Serialize)]
struct Begun {
    message: &'static str,
    status: &'static str,
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, reconnect(&request, &api).await)
}

async fn reconnect(request: &HttpRequest, api: &Api) -> Result<Begun, Failure> {
    let (_, device) = instance(request, api).await?;
    if !view(api, &device).await?.is_paired() {
        return Err(NO_SESSION);
    }
    begin(api, device.id).await.map_err(not_begun)?;
    Ok(Begun {
        message: "Reconnect initiated",
        status: "connecting",
    })
}

fn not_begun(failure: Failure) -> Failure {
    Failure::Documented {
        status: 500,
        text: format!("Failed to reconnect: {failure}").into(),
    }
}
