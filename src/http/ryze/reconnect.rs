//! POST /api/instance/reconnect/{instance} — begins to connect with the stored session; the list tells how it went.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{OPERATION, about_one, instance, view};
use crate::failure::Failure;
use crate::http::instances::connect::begin;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};

const NO_SESSION: Failure =
    Failure::documented(400, "Instance has no saved session — call /connect first");

#[derive(Serialize, ToSchema)]
#[schema(
    as = InstanceReconnect,
    example = json!({"message": "Reconnect initiated", "status": "connecting"})
)]
struct Begun {
    message: &'static str,
    status: &'static str,
}

pub fn about() -> About {
    about_one("Begins to connect with the stored session", &OPERATION)
        .gives::<Begun>()
        .refuses([NO_SESSION, not_begun(Failure::Internal)])
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
