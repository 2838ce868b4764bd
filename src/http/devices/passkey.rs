//! POST /pair/passkey — what a browser has answered for the passkey that WhatsApp asks for.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::follow;
use crate::contract::operation::{Envelope, Operation};
use crate::device::exit::PAIR;
use crate::device::pairing::passkey::{
    Assertion, NoStep, PasskeyStep, Shown, Stage, What, reasons,
};
use crate::failure::{Failure, Invalid};
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::supervision::supervisor::PairWithPasskey;
use crate::supervision::view::View;

/// Where a code is asked for while the passkey is.
pub const PASSKEY: Failure = Failure::documented(
    409,
    "WhatsApp checks a pairing by the account's passkey: GET /status says what to do, GET /qr?refresh=true begins anew",
);
/// Where nothing is asked.
pub const NOT_ASKED: Failure = Failure::documented(
    409,
    "WhatsApp does not wait for this now: GET /status says how the device stands",
);
/// The check is over, with its reason.
pub const FAILED: Failure = Failure::documented(502, reasons::REFUSED);
pub const TIMED_OUT: Failure = Failure::documented(504, "timeout waiting for WhatsApp");

/// The step after an answer is waited for, for so long: mostly it comes at once.
const NEXT: Duration = Duration::from_secs(5);

/// A `PublicKeyCredential` in its JSON form (`credential.toJSON()`); bytes are base64url.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "3q2-7w",
    "rawId": "3q2-7w",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
        "authenticatorData": "RVFGMzE4MA",
        "signature": "MEUCIQ",
        "userHandle": null
    }
}))]
pub struct AnswerPasskey {
    /// Of the passkey.
    pub id: String,
    /// The same.
    pub raw_id: String,
    /// `public-key`.
    pub r#type: String,
    pub response: Response,
    /// Not looked at.
    #[serde(default)]
    pub authenticator_attachment: Option<String>,
    /// Not looked at.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub client_extension_results: Option<Value>,
}

/// What the authenticator has signed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyResponse)]
pub struct Response {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub authenticator_data: String,
    pub signature: String,
    #[serde(default)]
    pub user_handle: Option<String>,
}

/// How it stands after that.
#[derive(Serialize, ToSchema)]
#[schema(
    as = PasskeyStep,
    example = json!({
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "is_logged_in": false,
        "passkey": {
            "state": "confirmation",
            "code": "ABCD-1234",
            "until": "2026-06-15T12:05:00Z",
            "action_required": "compare passkey.code with the code on the phone: if they are the same, send it to POST /pair/passkey/confirm; if not, begin anew by GET /qr?refresh=true"
        }
    })
)]
pub struct Stands {
    device_id: DeviceId,
    /// The device is paired.
    is_logged_in: bool,
    /// Absent once the device is paired.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<Shown>,
}

impl Endpoint for AnswerPasskey {
    type Caller = Caller;
    type Reply = Stands;
    const SUMMARY: &'static str = "Takes a browser's answer for the passkey that WhatsApp asks for";
    const OPERATION: Operation = Operation::new("passkey", Envelope::Session);
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ASKED, FAILED, TIMED_OUT]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Stands, Failure> {
        let assertion = self.assertion()?;
        let device = context.locate().await?.ok_or(NOT_FOUND)?;
        take(&context.api, device, What::Answer(assertion)).await
    }
}

impl AnswerPasskey {
    /// What it brings, decoded.
    pub fn assertion(self) -> Result<Assertion, Invalid> {
        if self.r#type != "public-key" {
            return Err(Invalid::field("type", "type must be public-key"));
        }
        let credential = decoded("rawId", &self.raw_id, 1..=1023)?;
        if decoded("id", &self.id, 1..=1023)? != credential {
            return Err(Invalid::field("id", "id must be the same as rawId"));
        }
        let response = self.response;
        let user = response.user_handle.filter(|handle| !handle.is_empty());
        let user = user.map(|handle| decoded("response.userHandle", &handle, 1..=64));
        Ok(Assertion {
            credential,
            client_data: decoded(
                "response.clientDataJSON",
                &response.client_data_json,
                1..=4096,
            )?,
            authenticator_data: decoded(
                "response.authenticatorData",
                &response.authenticator_data,
                37..=4096,
            )?,
            signature: decoded("response.signature", &response.signature, 1..=1024)?,
            user_handle: user.transpose()?,
        })
    }
}

/// Base64url, as browsers write it; the other alphabet and padding are read too.
fn decoded(
    field: &'static str,
    text: &str,
    size: std::ops::RangeInclusive<usize>,
) -> Result<Vec<u8>, Invalid> {
    let text = text
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text);
    let bytes = bytes.map_err(|error| {
        let error = error.to_string();
        Invalid::field(field, format!("{field} is not base64url: {error}"))
    })?;
    match size.contains(&bytes.len()) {
        true => Ok(bytes),
        false => {
            let (least, most) = (size.start(), size.end());
            let text = format!("{field} must have {least} to {most} bytes");
            Err(Invalid::field(field, text))
        }
    }
}

/// Has the pairing go on, and waits a moment for what follows.
pub async fn take(api: &Api, device: DeviceId, what: What) -> Result<Stands, Failure> {
    let mut watch = follow(api, device).await?;
    if let Some(over) = over(&watch.now()) {
        return Err(over);
    }
    let (reply, slot) = oneshot::channel();
    let step = PasskeyStep { what, reply };
    api.ask(PairWithPasskey { device, step }).await?;
    match timeout(api.limits.pairing, slot).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(NoStep::Invalid(invalid)))) => return Err(invalid.into()),
        Ok(Ok(Err(NoStep::Failed(reason)))) => return Err(Failure::told(502, reason)),
        Ok(Ok(Err(NoStep::NotAsked)) | Err(_)) => {
            return Err(over(&watch.now()).unwrap_or(NOT_ASKED));
        }
        Err(_) => return Err(TIMED_OUT),
    }
    let goes_on = |view: &View| {
        let stage = view.passkey.as_ref().map(|passkey| &passkey.stage);
        !matches!(
            stage,
            Some(Stage::Requested(_) | Stage::Checking | Stage::Linking)
        )
    };
    let view = watch.until(NEXT, goes_on).await;
    let view = view.unwrap_or_else(|| watch.now());
    Ok(Stands {
        device_id: device,
        is_logged_in: view.is_paired(),
        passkey: view.passkey.as_ref().map(Shown::from),
    })
}

/// The refusal where the check has come to nothing.
fn over(view: &View) -> Option<Failure> {
    match view.passkey.as_ref()?.stage {
        Stage::Failed(reason) => Some(Failure::told(409, format!("{reason}: {PAIR}"))),
        _ => None,
    }
}
