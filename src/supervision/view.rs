//! What is known of a device at this moment; published by the supervisor, read by whoever wants to know or wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::device::exit::{ExitReason, PAIR};
use crate::device::pairing::passkey::Passkey;
use crate::device::pairing::{PairCode, Qr};
use crate::device::restriction::Restriction;
use crate::store::devices::Account;

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// No life, and none planned.
    Down,
    /// A life is planned: it waits for its delay, or for its turn to connect.
    Waiting,
    /// The same after too many failures, for longer.
    Quarantined,
    Connecting,
    Pairing,
    Live,
    Closing,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Down,
        Self::Waiting,
        Self::Quarantined,
        Self::Connecting,
        Self::Pairing,
        Self::Live,
        Self::Closing,
    ];

    /// As `GET /status` and the metrics name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Down => "disconnected",
            Self::Waiting => "waiting",
            Self::Quarantined => "quarantined",
            Self::Connecting => "connecting",
            Self::Pairing => "pairing",
            Self::Live => "connected",
            Self::Closing => "closing",
        }
    }
}

/// Why a device is not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Nobody has paired it.
    NotPaired,
    /// It has not been connected since the daemon was started.
    Starting,
    /// Its last life ended for this reason.
    Left(ExitReason),
}

impl Absence {
    /// Every absence, with one reason of each name.
    pub const ALL: [Self; 2 + ExitReason::ALL.len()] = {
        let mut all = [Self::NotPaired; 2 + ExitReason::ALL.len()];
        all[1] = Self::Starting;
        let mut number = 0;
        while number < ExitReason::ALL.len() {
            all[2 + number] = Self::Left(ExitReason::ALL[number]);
            number += 1;
        }
        all
    };

    /// As the metrics name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotPaired => "not_paired",
            Self::Starting => "starting",
            Self::Left(reason) => reason.name(),
        }
    }
}

/// What of a device is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Where it stands.
    pub state: State,
    /// `None`: it is connected.
    pub absence: Option<Absence>,
    /// WhatsApp does not let its account write to strangers.
    pub reach_out: bool,
    /// WhatsApp limits how many chats its account begins.
    pub new_chats: bool,
}

/// For a device that cannot read all that is synced.
const OPEN_PHONE: &str = "open WhatsApp on the phone: it owes the device a key, and contacts and settings may be out of \
    date until it has sent it";

/// For a device that WhatsApp keeps part of what is synced from, or that cannot read it.
const SYNC_AGAIN: &str = "part of contacts and settings could not be fetched, or does not verify: POST /appstate/sync with \
    full: true tries at once; if that fails again and again, unlink the device on the phone and pair it anew";

/// A snapshot of one device.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Where it stands.
    pub state: State,
    /// When it came to stand there, in whole seconds.
    pub since: DateTime<Utc>,
    /// Once paired.
    pub account: Option<Account>,
    /// The code to scan, while pairing.
    pub qr: Option<Qr>,
    /// The last code to type, while pairing.
    pub pair_code: Option<PairCode>,
    /// How the check of a pairing by the account's passkey stands, or how the last one came to nothing.
    pub passkey: Option<Passkey>,
    /// When it was logged in last, in whole seconds.
    pub last_seen: Option<DateTime<Utc>>,
    /// Why its last life ended.
    pub last_exit: Option<ExitReason>,
    /// When the next life is due, if one is planned after a delay.
    pub next_attempt: Option<DateTime<Utc>>,
    /// The phone owes a key without which part of contacts and settings cannot be read.
    pub key_missing: bool,
    /// Part of contacts and settings could not be fetched, or not be read.
    pub unsynced: bool,
    /// What WhatsApp does not let the account do, as a life of it has heard.
    pub restriction: Restriction,
    /// Counts the lives that have ended: a waiter can tell an old exit from a new one.
    pub exits: u64,
}

impl View {
    /// What a person must do before the device can work again, if anything.
    pub fn action_required(&self) -> Option<&'static str> {
        match self.state {
            _ if !self.is_paired() => {
                let passkey = self.passkey.as_ref();
                Some(passkey.map_or(PAIR, |passkey| passkey.stage.action_required()))
            }
            State::Down | State::Waiting | State::Quarantined => {
                self.last_exit.and_then(ExitReason::action_required)
            }
            State::Live if self.key_missing => Some(OPEN_PHONE),
            State::Live if self.unsynced => Some(SYNC_AGAIN),
            State::Connecting | State::Pairing | State::Live | State::Closing => None,
        }
    }

    /// What is counted of the device.
    pub fn counted(&self) -> Counted {
        let absence = match self.last_exit {
            _ if self.is_live() => None,
            // More to say than that it is not paired any more.
            Some(ExitReason::LoggedOut) => Some(Absence::Left(ExitReason::LoggedOut)),
            _ if !self.is_paired() => Some(Absence::NotPaired),
            Some(reason) => Some(Absence::Left(reason)),
            None => Some(Absence::Starting),
        };
        Counted {
            state: self.state,
            absence,
            reach_out: self.restriction.reach_out.is_some(),
            new_chats: self.restriction.new_chats.is_some(),
        }
    }

    /// Whether it is logged in.
    pub fn is_live(&self) -> bool {
        self.state == State::Live
    }

    /// Whether it has an account.
    pub fn is_paired(&self) -> bool {
        self.account.is_some()
    }
}

/// Follows one device.
pub struct Watch(pub watch::Receiver<View>);

impl Watch {
    /// As it is at this moment.
    pub fn now(&self) -> View {
        self.0.borrow().clone()
    }

    /// Waits until `fact` holds, at most this long. `None`: it did not come true in time, or the device is gone.
    pub async fn until(
        &mut self,
        limit: Duration,
        fact: impl FnMut(&View) -> bool,
    ) -> Option<View> {
        let seen = tokio::time::timeout(limit, self.0.wait_for(fact))
            .await
            .ok()?;
        seen.ok().map(|view| view.clone())
    }
}
