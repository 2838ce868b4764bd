//! GET /qr/status — whether a code is there to be scanned, for those who poll.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, follow, locate};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::{Named, Query};
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};

const OPERATION: Operation = Operation::new("qr", Envelope::Session);
const WHICH: Failure = Failure::documented(400, "device_id is required");

#[derive(Serialize, ToSchema)]
#[schema(as = QrStatus, example = json!({"exists": true, "generated_at": "2026-06-15T12:00:00Z"}))]
struct CodeStatus {
    exists: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_at: Option<DateTime<Utc>>,
}

pub fn about() -> About {
    About::new("Tells whether a pairing code is being shown", &OPERATION)
        .query("device_id", DEVICE_ID)
        .gives::<CodeStatus>()
        .refuses([WHICH])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, status(&request, &api).await)
}

async fn status(request: &HttpRequest, api: &Api) -> Result<CodeStatus, Failure> {
    let caller = api.caller(request).await?;
    let named = Query::of(request).device();
    if named == Named::Nobody {
        return Err(WHICH);
    }
    let mut generated_at = None;
    if let Some(device) = locate(api, caller, named).await? {
        let code = follow(api, device).await?.now().qr;
        let valid = code.filter(|code| code.is_valid(Utc::now()));
        generated_at = valid.map(|code| code.generated_at.trunc_subsecs(0));
    }
    Ok(CodeStatus {
        exists: generated_at.is_some(),
        generated_at,
    })
}
