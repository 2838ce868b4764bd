//! GET /qr — a code to scan with the phone.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DEVICE_ID, NOT_FOUND, device_to_pair, follow};
use crate::device::pairing::Qr;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope, qr_image};
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::supervision::supervisor::Pair;
use crate::supervision::view::{State, View};

const OPERATION: Operation = Operation::new("qr", Envelope::Session);
const ALREADY_CONNECTED: Failure = Failure::documented(400, "already connected");
pub const TIMED_OUT: Failure = Failure::documented(408, "timeout waiting for QR code");
pub const FAILED: Failure = Failure::documented(500, "failed to initialize device");

#[derive(Serialize, ToSchema)]
#[schema(
    as = QrCode,
    example = json!({
        "qr_code": "2@Zm9vYmFy",
        "image": "data:image/png;base64,iVBORw0KGgo=",
        "cached": false,
        "expires_at": "2026-06-15T12:01:00Z",
        "ttl": 60
    })
)]
struct Code {
    qr_code: String,
    /// A PNG as a data URL.
    image: String,
    /// Whether this code had been handed out before.
    cached: bool,
    expires_at: String,
    /// Seconds.
    ttl: i64,
}

pub fn about() -> About {
    About::new("Shows a QR code to scan with the phone", &OPERATION)
        .query("device_id", DEVICE_ID)
        .query("refresh", "`true` for a new code")
        .query(
            "reuse_cache",
            "`false` for a code that was not shown before",
        )
        .gives::<Code>()
        .refuses([ALREADY_CONNECTED, NOT_FOUND, TIMED_OUT, FAILED])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, &api).await)
}

async fn show(request: &HttpRequest, api: &Api) -> Result<Code, Failure> {
    let caller = api.caller(request).await?;
    let query = Query::of(request);
    let refresh = query
        .flag(&["refresh", "force_refresh", "force_new"])?
        .unwrap_or(false);
    let reuse = query
        .flag(&["reuse_cache", "reuse", "use_cache", "cached"])?
        .unwrap_or(true);
    let device = device_to_pair(api, caller, query.device()).await?;
    let (qr, cached) = code_to_scan(api, device, reuse && !refresh).await?;
    Ok(Code {
        image: qr_image::data_url(&qr.code).map_err(|_| Failure::Internal)?,
        cached,
        expires_at: qr.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ttl: seconds_left(qr.expires_at),
        qr_code: qr.code,
    })
}

/// A code that is still good, and whether it had been handed out before. `reuse`: that is welcome.
pub async fn code_to_scan(api: &Api, device: DeviceId, reuse: bool) -> Result<(Qr, bool), Failure> {
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    if before.is_paired() {
        return Err(ALREADY_CONNECTED);
    }
    let shown = valid_code(&before);
    if let Some(qr) = &shown
        && reuse
    {
        return Ok((qr.clone(), true));
    }
    let anew = before.state == State::Pairing && (!reuse || shown.is_some());
    api.supervisor
        .send(Pair { device, anew })
        .await
        .map_err(|_| Failure::Internal)?;
    // The life that showed the old codes ends first.
    let exits = before.exits + u64::from(anew);
    let settled = |view: &View| {
        let code = valid_code(view);
        let fresh = code.is_some() && code != shown;
        fresh || view.is_paired() || view.exits > exits
    };
    let view = watch
        .until(api.limits.pairing, settled)
        .await
        .ok_or(TIMED_OUT)?;
    match valid_code(&view) {
        _ if view.is_paired() => Err(ALREADY_CONNECTED),
        Some(qr) => Ok((qr, false)),
        None => Err(FAILED),
    }
}

fn valid_code(view: &View) -> Option<Qr> {
    view.qr.clone().filter(|qr| qr.is_valid(Utc::now()))
}

/// Whole seconds, at least one for something that is still good.
pub(super) fn seconds_left(until: DateTime<Utc>) -> i64 {
    (until - Utc::now()).as_seconds_f64().ceil().max(1.0) as i64
}
