//! POST /devices — registers a device that is to be paired.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::list::Listed;
use crate::failure::{Envelope, Failure, Invalid, Operation};
use crate::http::{Api, body, envelope};

const OPERATION: Operation = Operation::new("device", Envelope::Flat);
const LONGEST_NAME: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateDevice {
    /// For people; 1 to 100 characters.
    pub name: String,
}

#[derive(Serialize)]
struct Created {
    device: Listed,
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
