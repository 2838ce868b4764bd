//! GET /status — where a device stands. Always 200 for somebody with a token: the state is in the answer.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, account_jid, follow, locate, phone_number};
use crate::device::exit::PAIR;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope};
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::supervision::view::{State, View};

const OPERATION: Operation = Operation::new("status", Envelope::Session);

/// The documented fields, and beside them why a device is not connected, when it will try again, and what to do.
#[derive(Serialize, ToSchema)]
#[schema(
    as = DeviceStatus,
    example = json!({
        "connected": true,
        "status": "connected",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "jid": "5511999999999@s.whatsapp.net",
        "phone_number": "5511999999999",
        "is_logged_in": true,
        "last_seen": "2026-06-15T14:00:00Z",
        "phase": "connected",
        "action_required": null
    })
)]
struct Status {
    connected: bool,
    status: &'static str,
    device_id: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    is_logged_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<DateTime<Utc>>,
    /// Where the device stands, in the words of the metrics.
    phase: &'static str,
    /// Why the last connection ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_exit: Option<&'static str>,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<DateTime<Utc>>,
    /// What a person must do before the device can work again; null where it comes back by itself.
    action_required: Option<&'static str>,
}

impl Status {
    fn of(device: DeviceId, view: View) -> Self {
        Self {
            connected: view.is_live(),
            status: view.state.name(),
            device_id: Some(device),
            jid: view.jid.as_deref().map(account_jid),
            phone_number: view.jid.as_deref().map(|jid| phone_number(jid).to_owned()),
            is_logged_in: view.is_paired(),
            last_seen: view.last_seen,
            phase: view.state.name(),
            action_required: view.action_required(),
            last_exit: view.last_exit.map(|reason| reason.name()),
            next_attempt: view.next_attempt,
        }
    }

    fn nobody() -> Self {
        Self {
            connected: false,
            status: State::Down.name(),
            device_id: None,
            jid: None,
            phone_number: None,
            is_logged_in: false,
            last_seen: None,
            phase: State::Down.name(),
            action_required: Some(PAIR),
            last_exit: None,
            next_attempt: None,
        }
    }
}

pub fn about() -> About {
    About::new("Tells how the device stands", &OPERATION)
        .query("device_id", DEVICE_ID)
        .gives::<Status>()
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, status(&request, &api).await)
}

async fn status(request: &HttpRequest, api: &Api) -> Result<Status, Failure> {
    let caller = api.caller(request).await?;
    match locate(api, caller, Query::of(request).device()).await? {
        Some(device) => Ok(Status::of(device, follow(api, device).await?.now())),
        None => Ok(Status::nobody()),
    }
}
