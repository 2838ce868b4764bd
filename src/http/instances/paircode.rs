//! POST /paircode — a code to type on the phone.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use super::qr::seconds_left;
use super::{NOT_FOUND, device_to_pair, follow};
use crate::device::pairing::{PairCode, RequestPairCode};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::query::{Query, named};
use crate::http::{Api, body, envelope};
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::phone::PhoneNumber;
use crate::supervision::supervisor::{Pair, PairWithCode};
use crate::supervision::view::State;

const OPERATION: Operation = Operation::new("paircode", Envelope::Session);
const ALREADY_CONNECTED: Failure = Failure::documented(400, "already connected");
pub const BAD_NUMBER: Failure = Failure::documented(400, "invalid phone number format");
const INSTRUCTIONS: &str = "Digite este código no WhatsApp: Configurações > Aparelhos conectados > \
                            Conectar um aparelho > Conectar com número de telefone";

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PairCodeRequest, example = json!({"phone": "5511999999999", "reuse_cache": false}))]
pub struct WantCode {
    /// The account's number with country code.
    pub phone: String,
    #[serde(default)]
    pub device_id: Option<String>,
    /// `false` asks for a new code even when the last one is still good.
    #[serde(default)]
    pub reuse_cache: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = PairCode,
    example = json!({
        "code": "ABCD-1234",
        "phone": "5511999999999",
        "expires_in": 300,
        "cached": false,
        "instructions": "Digite este código no WhatsApp: Configurações > Aparelhos conectados > Conectar um aparelho > Conectar com número de telefone"
    })
)]
struct Code {
    /// XXXX-XXXX
    code: String,
    phone: String,
    /// Seconds.
    expires_in: i64,
    cached: bool,
    instructions: &'static str,
}

pub fn about() -> About {
    About::new("Shows a code to type on the phone", &OPERATION)
        .takes::<WantCode>()
        .query("refresh", "`true` for a new code")
        .gives::<Code>()
        .refuses([ALREADY_CONNECTED, BAD_NUMBER, NOT_FOUND])
        .refuses([failed("timeout waiting for WhatsApp QR event")])
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, payload, &api).await)
}

async fn show(request: &HttpRequest, payload: web::Payload, api: &Api) -> Result<Code, Failure> {
    let caller = api.caller(request).await?;
    let query = Query::of(request);
    let refresh = query
        .flag(&["refresh", "force_refresh", "force_new"])?
        .unwrap_or(false);
    let wanted: WantCode = body::json(request, payload, &api.limits).await?;
    let phone = PhoneNumber::parse(&wanted.phone).map_err(|_| BAD_NUMBER)?;
    let device = device_to_pair(api, caller, named(wanted.device_id.as_deref())).await?;
    let refresh = refresh || wanted.reuse_cache == Some(false);
    let code = code_to_type(api, device, phone, refresh).await?;
    Ok(Code {
        code: with_dash(&code.code),
        expires_in: seconds_left(code.expires_at),
        phone: code.phone,
        cached: code.cached,
        instructions: INSTRUCTIONS,
    })
}

/// A code for this number. `refresh`: not the one that was handed out before.
pub async fn code_to_type(
    api: &Api,
    device: DeviceId,
    phone: PhoneNumber,
    refresh: bool,
) -> Result<PairCode, Failure> {
    let deadline = Instant::now() + api.limits.pairing;
    reach_whatsapp(api, device, deadline).await?;
    request_code(api, device, phone, refresh, deadline).await
}

/// Codes can be asked for once WhatsApp offers to pair, which it shows by sending QR codes.
async fn reach_whatsapp(api: &Api, device: DeviceId, deadline: Instant) -> Result<(), Failure> {
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    if before.is_paired() {
        return Err(ALREADY_CONNECTED);
    }
    api.supervisor
        .send(Pair {
            device,
            anew: false,
        })
        .await
        .map_err(|_| Failure::Internal)?;
    let limit = deadline.saturating_duration_since(Instant::now());
    let settled = watch.until(limit, |view| {
        view.state == State::Pairing || view.is_paired() || view.exits > before.exits
    });
    match settled.await {
        Some(view) if view.is_paired() => Err(ALREADY_CONNECTED),
        Some(view) if view.state == State::Pairing => Ok(()),
        Some(_) => Err(failed("could not connect to WhatsApp")),
        None => Err(failed("timeout waiting for WhatsApp QR event")),
    }
}

async fn request_code(
    api: &Api,
    device: DeviceId,
    phone: PhoneNumber,
    refresh: bool,
    deadline: Instant,
) -> Result<PairCode, Failure> {
    let (reply, slot) = oneshot::channel();
    let request = RequestPairCode {
        phone: phone.digits().to_owned(),
        refresh,
        reply,
    };
    let handed_on = api.supervisor.send(PairWithCode { device, request }).await;
    handed_on.map_err(|_| Failure::Internal)?;
    match timeout_at(deadline, slot).await {
        Ok(Ok(Ok(code))) => Ok(code),
        Ok(Ok(Err(problem))) => Err(failed(&problem)),
        Ok(Err(_)) => Err(failed("the connection to WhatsApp was lost")),
        Err(_) => Err(failed("timeout waiting for WhatsApp")),
    }
}

fn failed(problem: &str) -> Failure {
    let text = format!("failed to generate pair code: {problem}").into();
    Failure::Documented { status: 500, text }
}

fn with_dash(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if !second.is_empty() => format!("{first}-{second}"),
        _ => code.to_owned(),
    }
}
