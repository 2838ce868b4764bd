//! POST /devices — registers a device that is to be paired.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::Listed;
use crate::failure::{Failure, Invalid};
use crate::http::openapi::about::About;
use crate::http::{Api, body, envelope};
use crate::operation::{Envelope, Operation};

const OPERATION: Operation = Operation::new("device", Envelope::Flat);
const LONGEST_NAME: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Sales WhatsApp"}))]
pub struct CreateDevice {
    /// For people; 1 to 100 characters.
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = CreatedDevice,
    example = json!({
        "device": {
            "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
            "name": "Sales WhatsApp",
            "connected": false,
            "created_at": "2026-06-15T12:00:00Z",
            "updated_at": "2026-06-15T12:00:00Z"
        }
    })
)]
struct Created {
    device: Listed,
}

pub fn about() -> About {
    About::new("Registers a device that is to be paired", &OPERATION)
        .takes::<CreateDevice>()
        .creates::<Created>()
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    let result = create(&request, payload, &api).await;
    envelope::respond_as(StatusCode::CREATED, &OPERATION, result)
}

async fn create(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<Created, Failure> {
    let caller = api.caller(request).await?;
    let wanted: CreateDevice = body::json(request, payload, &api.limits).await?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let problem =
            format!("name is required and must be between 1 and {LONGEST_NAME} characters");
        return Err(Invalid::field("name", problem).into());
    }
    let device = super::create(api, caller, name).await?;
    Ok(Created {
        device: Listed::new(device, None, &api.webhooks),
    })
}
