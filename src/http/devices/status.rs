//! GET /status — where a device stands. Always 200 for somebody with a token: the state is in the answer.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::follow;
use crate::contract::operation::{Envelope, Operation};
use crate::device::exit::PAIR;
use crate::device::pairing::passkey;
use crate::device::restriction::Restriction;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::Which;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::store::devices::Account;
use crate::supervision::view::{State, View};

const NO_SUCH_DEVICE: &str =
    "check device_id: none of your devices has this id, GET /devices lists them";

#[derive(Deserialize, ToSchema)]
pub struct GetStatus {}

/// The documented fields, and beside them why a device is not connected, when it will try again, and what to do.
#[derive(Serialize, ToSchema)]
#[schema(
    as = DeviceStatus,
    example = json!({
        "connected": true,
        "status": "connected",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "jid": "5511999999999@s.whatsapp.net",
        "jid_pn": "5511999999999@s.whatsapp.net",
        "jid_lid": "123456789012345@lid",
        "phone_number": "5511999999999",
        "is_logged_in": true,
        "last_seen": "2026-06-15T14:00:00Z",
        "phase": "connected",
        "action_required": null
    })
)]
pub struct Shown {
    connected: bool,
    status: Status,
    device_id: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jid: Option<String>,
    /// The account's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    jid_pn: Option<String>,
    /// The account's LID.
    #[serde(skip_serializing_if = "Option::is_none")]
    jid_lid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    is_logged_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<DateTime<Utc>>,
    phase: Phase,
    /// Why the last connection ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_exit: Option<&'static str>,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<DateTime<Utc>>,
    /// What WhatsApp does not let the account do for now; absent where it may do everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction: Option<Restriction>,
    /// How WhatsApp's check of a pairing by the account's passkey stands, or how the last one came to nothing; absent where
    /// there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<passkey::Shown>,
    /// What a person must do before the device can work again; null where it comes back by itself.
    action_required: Option<&'static str>,
}

/// Where a device stands, in the contract's words.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ConnectionStatus)]
pub enum Status {
    Connected,
    /// It comes back by itself, or waits for a code to be scanned.
    Connecting,
    Disconnected,
}

/// The same in the words of the metrics.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DevicePhase)]
enum Phase {
    Connected,
    Connecting,
    Pairing,
    Waiting,
    Quarantined,
    Closing,
    Disconnected,
}

impl From<State> for Status {
    fn from(state: State) -> Self {
        match state {
            State::Live => Self::Connected,
            State::Connecting | State::Pairing | State::Waiting | State::Quarantined => {
                Self::Connecting
            }
            State::Closing | State::Down => Self::Disconnected,
        }
    }
}

impl From<State> for Phase {
    fn from(state: State) -> Self {
        match state {
            State::Live => Self::Connected,
            State::Connecting => Self::Connecting,
            State::Pairing => Self::Pairing,
            State::Waiting => Self::Waiting,
            State::Quarantined => Self::Quarantined,
            State::Closing => Self::Closing,
            State::Down => Self::Disconnected,
        }
    }
}

impl Shown {
    fn of(device: DeviceId, view: View) -> Self {
        let account = view.account.as_ref();
        Self {
            connected: view.is_live(),
            status: view.state.into(),
            device_id: Some(device),
            jid: account.map(Account::phone_jid),
            jid_pn: account.map(Account::phone_jid),
            jid_lid: account.and_then(Account::lid_jid),
            phone_number: account.map(|account| account.phone_number().to_owned()),
            is_logged_in: view.is_paired(),
            last_seen: view.last_seen,
            phase: view.state.into(),
            restriction: Some(view.restriction.at(Utc::now())).filter(|holds| !holds.is_none()),
            passkey: view.passkey.as_ref().map(passkey::Shown::from),
            action_required: view.action_required(),
            last_exit: view.last_exit.map(|reason| reason.name()),
            next_attempt: view.next_attempt.map(whole_second_after),
        }
    }

    /// Of no device.
    fn nobody(action_required: &'static str) -> Self {
        Self {
            connected: false,
            status: State::Down.into(),
            device_id: None,
            jid: None,
            jid_pn: None,
            jid_lid: None,
            phone_number: None,
            is_logged_in: false,
            last_seen: None,
            phase: State::Down.into(),
            restriction: None,
            passkey: None,
            action_required: Some(action_required),
            last_exit: None,
            next_attempt: None,
        }
    }
}

/// Times are shown in whole seconds, and nothing is due before it is.
fn whole_second_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let before = time.trunc_subsecs(0);
    match before == time {
        true => time,
        false => before + TimeDelta::seconds(1),
    }
}

impl Endpoint for GetStatus {
    type Caller = Caller;
    type Reply = Shown;
    const SUMMARY: &'static str = "Tells how the device stands";
    const OPERATION: Operation = Operation::new("status", Envelope::Session);
    const NAMES_DEVICE: bool = true;

    async fn answer(self, context: Context<Caller>) -> Result<Shown, Failure> {
        match context.locate().await? {
            Some(device) => {
                let view = follow(&context.api, device).await?.now();
                Ok(Shown::of(device, view))
            }
            None if context.device == Which::Default => Ok(Shown::nobody(PAIR)),
            None => Ok(Shown::nobody(NO_SUCH_DEVICE)),
        }
    }
}
