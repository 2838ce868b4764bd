//! GET /qr — a code to scan with the phone.

use actix_web::http::Method;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{device_to_pair, follow};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::exit::ExitReason;
use crate::device::pairing::Qr;
use crate::device::pairing::passkey::{self, Passkey};
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::http::which::NOT_FOUND;
use crate::http::{Api, qr_image};
use crate::ids::DeviceId;
use crate::store::accounts::{Caller, Scope};
use crate::supervision::supervisor::Pair;
use crate::supervision::view::{State, View};

/// A new code, whatever there is already.
pub const REFRESH: Param = Param::query("refresh").or(&["force_refresh", "force_new"]);
pub const ALREADY_CONNECTED: Failure = Failure::documented(400, "already connected");
pub const TIMED_OUT: Failure = Failure::documented(408, "timeout waiting for QR code");
pub const FAILED: Failure = Failure::documented(500, "failed to initialize device");

#[derive(Deserialize, ToSchema)]
pub struct GenerateQrCode {
    /// For a new code.
    #[serde(default)]
    pub refresh: bool,
    /// `false`: not one that was shown before.
    #[serde(default = "yes")]
    pub reuse_cache: bool,
}

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
pub struct Code {
    qr_code: String,
    /// A PNG as a data URL.
    image: String,
    /// Whether this code had been handed out before.
    cached: bool,
    expires_at: String,
    /// Seconds.
    ttl: i64,
    /// The code was scanned, and WhatsApp checks the pairing by the account's passkey: `qr_code` and `image` are empty then.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<passkey::Shown>,
}

impl Endpoint for GenerateQrCode {
    type Caller = Caller;
    type Reply = Code;
    const SUMMARY: &'static str = "Shows a QR code to scan with the phone";
    const OPERATION: Operation = Operation::new("qr", Envelope::Session);
    const PARAMS: &'static [Param] = &[
        REFRESH,
        Param::query("reuse_cache").or(&["reuse", "use_cache", "cached"]),
    ];
    const NAMES_DEVICE: bool = true;

    fn needs(_: &Method) -> Needs {
        Needs::Scope(Scope::Manage)
    }

    fn refusals() -> Vec<Failure> {
        vec![ALREADY_CONNECTED, NOT_FOUND, TIMED_OUT, FAILED]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Code, Failure> {
        let device = device_to_pair(&context).await?;
        let reuse = self.reuse_cache && !self.refresh;
        let (qr, cached) = match code_to_scan(&context.api, device, reuse).await? {
            ToScan::Code { qr, cached } => (qr, cached),
            ToScan::Scanned(passkey) => return Ok(Code::scanned(&passkey)),
        };
        Ok(Code {
            passkey: None,
            image: qr_image::data_url(&qr.code)?,
            cached,
            expires_at: qr.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            ttl: seconds_left(qr.expires_at),
            qr_code: qr.code,
        })
    }
}

impl Code {
    fn scanned(passkey: &Passkey) -> Self {
        Self {
            qr_code: String::new(),
            image: String::new(),
            cached: true,
            expires_at: passkey.until.to_rfc3339_opts(SecondsFormat::Secs, true),
            ttl: seconds_left(passkey.until),
            passkey: Some(passkey.into()),
        }
    }
}

/// What there is for somebody who wants to scan a code.
pub enum ToScan {
    /// One that is still good.
    Code {
        qr: Qr,
        /// It had been handed out before.
        cached: bool,
    },
    /// One was scanned, and the pairing is checked.
    Scanned(Passkey),
}

fn yes() -> bool {
    true
}

/// A code that is still good. `reuse`: one that had been handed out before is welcome, and so is a pairing under way.
pub async fn code_to_scan(api: &Api, device: DeviceId, reuse: bool) -> Result<ToScan, Failure> {
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    check_unpaired(&before)?;
    let shown = valid_code(&before);
    if reuse {
        if let Some(passkey) = check_under_way(&before) {
            return Ok(ToScan::Scanned(passkey));
        }
        if let Some(qr) = &shown {
            return Ok(ToScan::Code {
                qr: qr.clone(),
                cached: true,
            });
        }
    }
    let anew = before.state == State::Pairing && (!reuse || shown.is_some());
    api.ask(Pair { device, anew }).await?;
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
        Some(qr) => Ok(ToScan::Code { qr, cached: false }),
        None => Err(not_begun(&view, FAILED)),
    }
}

fn check_under_way(view: &View) -> Option<Passkey> {
    view.passkey.clone().filter(Passkey::is_pending)
}

/// Why a life that should have shown codes has ended: `otherwise`, unless it passes by itself.
pub fn not_begun(view: &View, otherwise: Failure) -> Failure {
    match view.last_exit {
        Some(ExitReason::StoreFailed) => Failure::Unavailable,
        _ => otherwise,
    }
}

/// Pairing anew would throw a session away.
pub fn check_unpaired(view: &View) -> Result<(), Failure> {
    match view.is_paired() {
        false => Ok(()),
        true => Err(ALREADY_CONNECTED),
    }
}

fn valid_code(view: &View) -> Option<Qr> {
    view.qr.clone().filter(|qr| qr.is_valid(Utc::now()))
}

/// Whole seconds, at least one for something that is still good.
pub fn seconds_left(until: DateTime<Utc>) -> i64 {
    (until - Utc::now()).as_seconds_f64().ceil().max(1.0) as i64
}
