//! The check of a pairing by the account's passkey: what WhatsApp asks, what a browser answers, and how far it is.

use std::sync::Arc;
use std::time::Duration;

use actix::Message;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use utoipa::ToSchema;
use whatsapp_rust::passkey::{
    self, AssertionRequest, PasskeyError, UserVerification, parse_request_options,
};

use crate::failure::Invalid;

/// The longest request that is kept, in bytes: it names a challenge and a few credentials.
const LONGEST_REQUEST: usize = 32 * 1024;
/// For an answer, where WhatsApp does not say; it never gives more.
const LONGEST_ANSWER: Duration = Duration::from_secs(600);
/// For WhatsApp and the phone to go on after an answer, and to link the device after the confirmation.
pub(in crate::device) const CHECK: Duration = Duration::from_secs(180);
/// For a person to compare two codes.
pub(in crate::device) const COMPARISON: Duration = Duration::from_secs(300);

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;

/// Why a check has come to nothing.
pub mod reasons {
    pub const UNREADABLE: &str = "what WhatsApp asks of the passkey cannot be read";
    pub const TOO_LATE: &str = "the passkey's answer did not come in time";
    pub const REFUSED: &str = "WhatsApp refused the passkey's answer";
    pub const NOT_CONTINUED: &str = "WhatsApp or the phone did not go on in time";
    pub const NOT_CONFIRMED: &str = "the code was not confirmed in time";
    pub const BROKEN: &str = "the exchange with the phone failed";
    pub const LOST: &str = "WhatsApp or the phone ended the pairing";
}

/// How far the check is.
#[derive(Clone, Debug, PartialEq)]
pub struct Passkey {
    pub stage: Stage,
    /// When this stage is over.
    pub until: DateTime<Utc>,
}

/// Its stages, in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// A browser is to answer.
    Requested(Arc<Request>),
    /// WhatsApp and the phone have the answer.
    Checking,
    /// A person is to compare the code with the phone's.
    Confirmation(String),
    /// The codes are the same; the phone links the device.
    Linking,
    /// It has come to nothing.
    Failed(&'static str),
}

impl Stage {
    /// Why it comes to nothing where this stage lasts too long.
    pub(in crate::device) fn too_late(&self) -> &'static str {
        match self {
            Self::Requested(_) => reasons::TOO_LATE,
            Self::Confirmation(_) => reasons::NOT_CONFIRMED,
            Self::Checking | Self::Linking => reasons::NOT_CONTINUED,
            Self::Failed(reason) => reason,
        }
    }

    /// What a person must do.
    pub fn action_required(&self) -> &'static str {
        match self {
            Self::Requested(_) => {
                "WhatsApp asks for the account's passkey: have a browser on https://web.whatsapp.com answer \
                 passkey.request_options by navigator.credentials.get, and send what it gives to POST /pair/passkey before \
                 passkey.until"
            }
            Self::Checking => "keep WhatsApp open on the phone, and follow what it says",
            Self::Confirmation(_) => {
                "compare passkey.code with the code on the phone: if they are the same, send it to \
                 POST /pair/passkey/confirm; if not, begin anew by GET /qr?refresh=true"
            }
            Self::Linking => "keep WhatsApp open on the phone: it links the device",
            Self::Failed(_) => {
                "the check by the account's passkey has come to nothing, passkey.reason says why; pair the device anew: \
                 GET /qr for a code to scan, POST /paircode for one to type"
            }
        }
    }
}

impl Passkey {
    /// One that has just come to nothing.
    pub fn failed(reason: &'static str) -> Self {
        Self {
            stage: Stage::Failed(reason),
            until: Utc::now(),
        }
    }

    /// Whether it goes on.
    pub fn is_pending(&self) -> bool {
        !matches!(self.stage, Stage::Failed(_))
    }
}

/// How far the check of a pairing by the account's passkey is, and what is needed to go on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(
    as = PasskeyCheck,
    example = json!({
        "state": "confirmation",
        "code": "ABCD-1234",
        "until": "2026-06-15T12:05:00Z",
        "action_required": "compare passkey.code with the code on the phone: if they are the same, send it to POST /pair/passkey/confirm; if not, begin anew by GET /qr?refresh=true"
    })
)]
pub struct Shown {
    state: State,
    /// While `requested`: `PublicKeyCredentialRequestOptions` in their JSON form, as WhatsApp has sent them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    request_options: Option<Value>,
    /// While `confirmation`: what the phone has to show, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Once `failed`: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// When this state ends in `failed`, or when that came.
    until: DateTime<Utc>,
    /// What a person must do now.
    action_required: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PasskeyState)]
enum State {
    /// A browser is to answer.
    Requested,
    /// WhatsApp and the phone have the answer.
    Checking,
    /// A person is to compare the code.
    Confirmation,
    /// The phone links the device.
    Linking,
    /// It has come to nothing: pair anew.
    Failed,
}

impl From<&Passkey> for Shown {
    fn from(passkey: &Passkey) -> Self {
        let (mut options, mut shown_code, mut why) = (None, None, None);
        let state = match &passkey.stage {
            Stage::Requested(request) => {
                options = Some(request.options.clone());
                State::Requested
            }
            Stage::Checking => State::Checking,
            Stage::Confirmation(code) => {
                shown_code = Some(code.clone());
                State::Confirmation
            }
            Stage::Linking => State::Linking,
            Stage::Failed(reason) => {
                why = Some(*reason);
                State::Failed
            }
        };
        Self {
            state,
            request_options: options,
            code: shown_code,
            reason: why,
            until: passkey.until.trunc_subsecs(0),
            action_required: passkey.stage.action_required(),
        }
    }
}

/// What WhatsApp asks of the passkey.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// As it came.
    options: Value,
    challenge: Vec<u8>,
    /// Whose passkey; a browser answers for pages of that name and below it.
    party: Option<String>,
    /// One of these; empty: any.
    credentials: Vec<Vec<u8>>,
    /// The browser has to make sure who sits there.
    verified: bool,
    /// For the answer.
    pub(in crate::device) patience: Duration,
}

impl Request {
    /// Reads it.
    pub(in crate::device) fn read(json: &str) -> Result<Self, PasskeyError> {
        if json.len() > LONGEST_REQUEST {
            return Err(PasskeyError::InvalidOptions("too long".to_owned()));
        }
        let AssertionRequest {
            challenge,
            rp_id,
            allow_credentials,
            user_verification,
            timeout_ms,
            ..
        } = parse_request_options(json)?;
        let options = serde_json::from_str(json)
            .map_err(|error| PasskeyError::InvalidOptions(error.to_string()))?;
        let patience = timeout_ms.map_or(LONGEST_ANSWER, Duration::from_millis);
        Ok(Self {
            options,
            challenge,
            party: rp_id,
            credentials: allow_credentials,
            verified: user_verification == UserVerification::Required,
            patience: patience.clamp(Duration::from_secs(1), LONGEST_ANSWER),
        })
    }
}

/// What a browser has answered.
#[derive(PartialEq, Eq)]
pub struct Assertion {
    pub credential: Vec<u8>,
    /// JSON, as the browser has written and the authenticator signed it.
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
    pub user_handle: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
}

impl Assertion {
    /// Whether it is an answer to this request, as far as can be told without the passkey's public key: WhatsApp takes one
    /// answer, so what it would refuse for sure does not leave.
    pub(in crate::device) fn check(&self, request: &Request) -> Result<(), Invalid> {
        if !request.credentials.is_empty() && !request.credentials.contains(&self.credential) {
            let text = "id must be one of the credentials that WhatsApp asks for";
            return Err(Invalid::field("id", text));
        }
        self.check_client_data(request)?;
        self.check_authenticator_data(request)
    }

    fn check_client_data(&self, request: &Request) -> Result<(), Invalid> {
        let wrong = |text: &str| {
            Invalid::field(
                "response.clientDataJSON",
                format!("response.clientDataJSON {text}"),
            )
        };
        let data: ClientData = serde_json::from_slice(&self.client_data)
            .map_err(|error| wrong(&format!("must hold what a browser writes: {error}")))?;
        if data.r#type != "webauthn.get" {
            return Err(wrong("must be of type webauthn.get"));
        }
        let challenge = BASE64_URL_SAFE_NO_PAD.decode(data.challenge.trim_end_matches('='));
        if challenge.ok().as_ref() != Some(&request.challenge) {
            return Err(wrong(
                "answers another challenge: take request_options from GET /qr anew",
            ));
        }
        match &request.party {
            Some(party) if !is_below(&data.origin, party) => Err(wrong(&format!(
                "must come from a page of https://{party} or below it"
            ))),
            _ => Ok(()),
        }
    }

    fn check_authenticator_data(&self, request: &Request) -> Result<(), Invalid> {
        let field = "response.authenticatorData";
        let wrong = |text: &str| Invalid::field(field, format!("{field} {text}"));
        let split = self.authenticator_data.split_at_checked(32);
        let Some((party, [flags, rest @ ..])) = split else {
            return Err(wrong("is too short"));
        };
        if rest.len() < 4 {
            return Err(wrong("is too short"));
        }
        let expected = request.party.as_ref().map(Sha256::digest);
        if expected.is_some_and(|expected| expected[..] != *party) {
            return Err(wrong("is of another relying party"));
        }
        let required = match request.verified {
            true => USER_PRESENT | USER_VERIFIED,
            false => USER_PRESENT,
        };
        match flags & required == required {
            true => Ok(()),
            false => Err(wrong("says that the user was not verified")),
        }
    }

    /// As the library sends it.
    pub(in crate::device) fn written(self) -> passkey::Assertion {
        let assertion_json = passkey::build_webauthn_assertion_json(
            &self.credential,
            &self.client_data,
            &self.authenticator_data,
            &self.signature,
            self.user_handle.as_deref(),
        );
        passkey::Assertion {
            assertion_json,
            credential_id: self.credential,
        }
    }
}

/// Whether a page of this origin may use passkeys of that party.
fn is_below(origin: &str, party: &str) -> bool {
    let Ok(origin) = url::Url::parse(origin) else {
        return false;
    };
    let host = origin.host_str().unwrap_or_default();
    let below = host.strip_suffix(party);
    origin.scheme() == "https" && below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Tells a pairing life what a person has done. The slot closes where nothing is asked.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PasskeyStep {
    pub what: What,
    /// Whether it goes on.
    pub reply: oneshot::Sender<Result<(), NoStep>>,
}

/// What a person has done.
pub enum What {
    /// Had a browser answer.
    Answer(Assertion),
    /// Compared the codes: they are the same.
    Confirm(String),
}

/// Why it does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoStep {
    /// This does not come now.
    NotAsked,
    /// It cannot be the answer, or is another code: nothing was sent.
    Invalid(Invalid),
    /// WhatsApp refused it, or was not reached: the check is over.
    Failed(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_answers_for_pages_of_the_relying_party_and_below_it() {
        for page in ["https://web.whatsapp.com", "https://whatsapp.com"] {
            assert!(is_below(page, "whatsapp.com"), "{page}");
        }
        for page in [
            "http://web.whatsapp.com",
            "https://notwhatsapp.com",
            "https://whatsapp.com.example.org",
            "whatsapp.com",
        ] {
            assert!(!is_below(page, "whatsapp.com"), "{page}");
        }
    }

    #[test]
    fn whatever_whatsapp_says_an_answer_has_a_second_to_ten_minutes() {
        let request = |timeout: &str| {
            let json = format!(r#"{{"challenge":"AAAA","timeout":{timeout}}}"#);
            Request::read(&json).expect("a request").patience.as_secs()
        };
        assert_eq!(request("60000"), 60);
        assert_eq!(request("0"), 1);
        assert_eq!(request("18446744073709551615"), 600);
        assert!(Request::read(r#"{"challenge":""}"#).is_err());
        assert!(Request::read(&" ".repeat(LONGEST_REQUEST + 1)).is_err());
    }
}
