//! GET /pair/{secret}/state — what the page behind a link shows: how far the pairing is, and what to do on the phone. To look is
//! to begin.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Customer, OPERATION, SECRET, followed};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::{self, Stage};
use crate::device::pairing::{PairCode, Qr};
use crate::failure::Failure;
use crate::http::devices::paircode::with_dash;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::{Api, qr_image};
use crate::store::pairing_links::PairingLink;
use crate::supervision::supervisor::Pair;
use crate::supervision::view;

/// A code is waited for, for so long: whoever looks asks again anyway.
const SOON: Duration = Duration::from_secs(5);

const STARTING: &str = "a code is being fetched from WhatsApp";
const CODE: &str = "on the phone, in WhatsApp: Settings > Linked devices > Link a device; then scan the code, or choose \
    to link with the phone number and type the other code";
const PAIRED: &str = "the phone is linked: this page is not needed any more";

#[derive(Deserialize, ToSchema)]
pub struct GetPairingState {
    /// Begins anew, with other codes.
    #[serde(default)]
    pub again: bool,
}

/// How far a pairing is.
#[derive(Serialize, ToSchema)]
#[schema(
    as = PairingState,
    example = json!({
        "state": "code",
        "words": "on the phone, in WhatsApp: Settings > Linked devices > Link a device; then scan the code, or choose to link with the phone number and type the other code",
        "paired": false,
        "qr": {
            "code": "2@Zm9vYmFy",
            "image": "data:image/png;base64,iVBORw0KGgo=",
            "expires_at": "2026-06-15T12:01:00Z"
        },
        "expires_at": "2026-06-16T12:00:00Z"
    })
)]
pub struct Shown {
    state: State,
    /// For people: what to do, or why it does not go on.
    words: &'static str,
    paired: bool,
    /// To be scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<ToScan>,
    /// To be typed, once it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pair_code: Option<ToType>,
    /// How WhatsApp's check by the account's passkey stands, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<passkey::Shown>,
    /// When the link ends.
    expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PairingStep)]
enum State {
    /// There is no code yet.
    Starting,
    /// There is one to scan, or to type.
    Code,
    /// WhatsApp checks the pairing by the account's passkey.
    Passkey,
    /// It has come to nothing: `?again=true` begins anew.
    Failed,
    Paired,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CodeToScan)]
struct ToScan {
    /// What the picture says.
    code: String,
    /// A PNG as a data URL.
    image: String,
    /// When another one takes its place.
    expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CodeToType)]
struct ToType {
    /// XXXX-XXXX
    code: String,
    expires_at: DateTime<Utc>,
}

impl Endpoint for GetPairingState {
    type Caller = Customer;
    type Reply = Shown;
    const SUMMARY: &'static str = "Shows whoever has a link how far the pairing is, and begins it";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[SECRET, Param::query("again")];

    async fn answer(self, context: Context<Customer>) -> Result<Shown, Failure> {
        let (api, link) = (&context.api, &context.caller.link);
        let mut watch = followed(api, link).await?;
        let before = watch.now();
        if link.used || before.is_paired() {
            return Ok(Shown::new(link, State::Paired, PAIRED));
        }
        let down = before.state == view::State::Down;
        if self.again || (down && !failed(&before)) {
            let anew = self.again && !down;
            let device = link.device;
            api.ask(Pair { device, anew }).await?;
        }
        let settled = |view: &view::View| {
            let code = valid(view.qr.as_ref()).is_some();
            code || view.passkey.is_some() || view.is_paired() || view.exits > before.exits
        };
        let view = watch.until(SOON, settled).await;
        let view = view.unwrap_or_else(|| watch.now());
        Shown::of(link, &view, before.exits)
    }
}

/// How a pairing stands, after something was done about it.
pub async fn now(api: &Api, link: &PairingLink) -> Result<Shown, Failure> {
    // What becomes of the device afterwards is not for whoever has the link.
    if link.used {
        return Ok(Shown::new(link, State::Paired, PAIRED));
    }
    let view = followed(api, link).await?.now();
    Shown::of(link, &view, view.exits)
}

fn failed(view: &view::View) -> bool {
    let passkey = view.passkey.as_ref();
    passkey.is_some_and(|passkey| !passkey.is_pending())
}

fn valid(qr: Option<&Qr>) -> Option<&Qr> {
    qr.filter(|qr| qr.is_valid(Utc::now()))
}

impl Shown {
    fn new(link: &PairingLink, state: State, words: &'static str) -> Self {
        Self {
            state,
            words,
            paired: matches!(state, State::Paired),
            qr: None,
            pair_code: None,
            passkey: None,
            expires_at: link.expires_at,
        }
    }

    /// `exits`: lives that had ended when somebody looked.
    fn of(link: &PairingLink, view: &view::View, exits: u64) -> Result<Self, Failure> {
        if view.is_paired() {
            return Ok(Self::new(link, State::Paired, PAIRED));
        }
        if let Some(passkey) = &view.passkey {
            let (state, words) = match passkey.stage {
                Stage::Failed(reason) => (State::Failed, reason),
                Stage::Requested(_) => (State::Passkey, "WhatsApp asks for the account's passkey"),
                Stage::Confirmation(_) => (
                    State::Passkey,
                    "compare the code with the one on the phone, and confirm it only if they are the same",
                ),
                Stage::Checking | Stage::Linking => (
                    State::Passkey,
                    "keep WhatsApp open on the phone, and follow what it says",
                ),
            };
            return Ok(Self {
                passkey: Some(passkey.into()),
                ..Self::new(link, state, words)
            });
        }
        let Some(qr) = valid(view.qr.as_ref()) else {
            let ended = view.last_exit.filter(|_| view.exits > exits);
            let words = ended.map_or(STARTING, ExitReason::words);
            return Ok(Self::new(link, State::Starting, words));
        };
        let typed = view.pair_code.as_ref();
        let typed = typed.filter(|code| code.expires_at > Utc::now());
        Ok(Self {
            qr: Some(ToScan {
                image: qr_image::data_url(&qr.code)?,
                code: qr.code.clone(),
                expires_at: qr.expires_at.trunc_subsecs(0),
            }),
            pair_code: typed.map(ToType::from),
            ..Self::new(link, State::Code, CODE)
        })
    }
}

impl From<&PairCode> for ToType {
    fn from(code: &PairCode) -> Self {
        Self {
            code: with_dash(&code.code),
            expires_at: code.expires_at.trunc_subsecs(0),
        }
    }
}
