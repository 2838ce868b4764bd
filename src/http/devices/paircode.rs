//! POST /paircode — a code to type on the phone.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use super::passkey::PASSKEY;
use super::qr::{ALREADY_CONNECTED, REFRESH, check_unpaired, not_begun, seconds_left};
use super::{device_to_pair, follow};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::pairing::{NoCode, PairCode, RequestPairCode};
use crate::failure::Failure;
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::DeviceId;
use crate::jid::PhoneNumber;
use crate::store::accounts::Caller;
use crate::supervision::supervisor::{Pair, PairWithCode};
use crate::supervision::view::State;

const INSTRUCTIONS: &str = "Digite este código no WhatsApp: Configurações > Aparelhos conectados > \
                            Conectar um aparelho > Conectar com número de telefone";

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"phone": "5511999999999", "reuse_cache": false}))]
pub struct GeneratePairCode {
    /// The account's number with country code.
    #[schema(value_type = String)]
    pub phone: PhoneNumber,
    /// `false` asks for a new code even when the last one is still good.
    #[serde(default)]
    pub reuse_cache: Option<bool>,
    /// For a new code.
    #[serde(default)]
    pub refresh: bool,
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
pub struct Code {
    /// XXXX-XXXX
    code: String,
    phone: String,
    /// Seconds.
    expires_in: i64,
    cached: bool,
    instructions: &'static str,
}

impl Endpoint for GeneratePairCode {
    type Caller = Caller;
    type Reply = Code;
    const SUMMARY: &'static str = "Shows a code to type on the phone";
    const OPERATION: Operation = Operation::new("paircode", Envelope::Session);
    const PARAMS: &'static [Param] = &[REFRESH];
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        let no_qr = failed("timeout waiting for WhatsApp QR event");
        vec![ALREADY_CONNECTED, NOT_FOUND, PASSKEY, no_qr]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Code, Failure> {
        let device = device_to_pair(&context).await?;
        let refresh = self.refresh || self.reuse_cache == Some(false);
        let code = code_to_type(&context.api, device, self.phone, refresh).await?;
        Ok(Code {
            code: with_dash(&code.code),
            expires_in: seconds_left(code.expires_at),
            phone: code.phone,
            cached: code.cached,
            instructions: INSTRUCTIONS,
        })
    }
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
    if let Some(code) = request_code(api, device, &phone, refresh, deadline).await? {
        return Ok(code);
    }
    // It ended just then, as it does when its codes are used up: a new one has new codes.
    reach_whatsapp(api, device, deadline).await?;
    let code = request_code(api, device, &phone, refresh, deadline).await?;
    code.ok_or_else(|| failed("the connection to WhatsApp was lost"))
}

/// Codes can be asked for once WhatsApp offers to pair, which it shows by sending QR codes.
async fn reach_whatsapp(api: &Api, device: DeviceId, deadline: Instant) -> Result<(), Failure> {
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    check_unpaired(&before)?;
    api.ask(Pair {
        device,
        anew: false,
    })
    .await?;
    let limit = deadline.saturating_duration_since(Instant::now());
    let settled = watch.until(limit, |view| {
        view.state == State::Pairing || view.is_paired() || view.exits > before.exits
    });
    match settled.await {
        Some(view) if view.is_paired() => Err(ALREADY_CONNECTED),
        Some(view) if view.state == State::Pairing => Ok(()),
        Some(view) => Err(not_begun(&view, failed("could not connect to WhatsApp"))),
        None => Err(failed("timeout waiting for WhatsApp QR event")),
    }
}

/// `None`: the connection has ended.
async fn request_code(
    api: &Api,
    device: DeviceId,
    phone: &PhoneNumber,
    refresh: bool,
    deadline: Instant,
) -> Result<Option<PairCode>, Failure> {
    let (reply, slot) = oneshot::channel();
    let request = RequestPairCode {
        phone: phone.digits().to_owned(),
        refresh,
        reply,
    };
    api.ask(PairWithCode { device, request }).await?;
    match timeout_at(deadline, slot).await {
        Ok(Ok(Ok(code))) => Ok(Some(code)),
        Ok(Ok(Err(NoCode::TooMany(backoff)))) => Err(Failure::RateLimited(backoff)),
        Ok(Ok(Err(NoCode::Passkey))) => Err(PASSKEY),
        Ok(Ok(Err(problem))) => Err(failed(&problem.to_string())),
        Ok(Err(_)) => Ok(None),
        Err(_) => Err(failed("timeout waiting for WhatsApp")),
    }
}

fn failed(problem: &str) -> Failure {
    Failure::told(500, format!("failed to generate pair code: {problem}"))
}

/// As phones show a code.
pub fn with_dash(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if !second.is_empty() => format!("{first}-{second}"),
        _ => code.to_owned(),
    }
}
