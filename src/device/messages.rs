//! What a device actor is told, and what it tells its supervisor.

use std::time::Duration;

use actix::{Message, Recipient};
use tokio::task;

use super::exit::ExitReason;
use super::pairing::passkey::Passkey;
use super::pairing::{PairCode, Qr};
use super::restriction::Restriction;
use crate::ids::DeviceId;
use crate::store::devices::Account;
use crate::store::{DeviceNumber, Life};

/// Which life this is, and to whom it reports.
#[derive(Clone)]
pub struct Plan {
    /// Whose life.
    pub device: DeviceId,
    /// Under which its records are stored.
    pub number: DeviceNumber,
    /// The store refuses what older ones write.
    pub life: Life,
    /// It is the first one with the account of a pairing.
    pub is_first: bool,
    /// The supervisor.
    pub reports: Recipient<Report>,
}

impl Plan {
    /// Tells the supervisor.
    pub fn report(&self, news: News) {
        self.reports.do_send(Report {
            device: self.device,
            life: self.life,
            news,
        });
    }
}

/// How far a life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Dialling, shaking hands, logging in.
    Connecting,
    /// Connected without an account: showing codes.
    Pairing,
    /// Logged in; commands run.
    Live,
    /// On its way out, whatever the reason.
    Closing,
}

/// What a life tells its supervisor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Report {
    /// Whose life.
    pub device: DeviceId,
    /// Which of them: an older one may still speak.
    pub life: Life,
    /// What there is to tell.
    pub news: News,
}

/// What there is to tell of a life.
#[derive(Debug)]
pub enum News {
    /// It has come this far.
    Entered(Phase),
    /// A code to be scanned.
    Qr(Qr),
    /// A code to be typed.
    PairCode(PairCode),
    /// The check by the account's passkey has come this far.
    Passkey(Passkey),
    /// The account is known and stored.
    Paired(Account),
    /// The phone owes a key without which part of the app state cannot be read, or no longer.
    KeyMissing(bool),
    /// Part of the app state was asked for in vain, or no longer.
    Unsynced(bool),
    /// What WhatsApp does not let the account do from now on.
    Restricted(Restriction),
    /// It is over.
    Exited(ExitReason),
}

/// Ends the life; what it worked on fails with `device_disconnected`.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Stop(pub ExitReason);

/// What the actor is told by those who keep its life alive.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub(super) enum Observed {
    /// Logged in, and the critical app state is there.
    Connected,
    /// A code to be scanned, and for how long it is good.
    Qr {
        code: String,
        valid_for: Duration,
        /// The task that shows one after the other.
        shown_by: Option<task::Id>,
    },
    /// WhatsApp wants to see the account's passkey; what it asks, in JSON.
    PasskeyRequested(String),
    /// The code of a pairing that is checked by passkey. `known`: it need not be compared.
    PasskeyCode { code: String, known: bool },
    /// The check by passkey broke off.
    PasskeyBroken,
    /// WhatsApp sends no more codes to be scanned, but one to be typed is still good.
    NoMoreQr,
    /// The code to be typed is worth nothing any more.
    PairCodeDead,
    /// The library has stopped to ask for what waits at WhatsApp, and there is more.
    BacklogLeft,
    /// Logged in, but the critical app state could not be read.
    WithoutAppState,
    /// Part of the app state was asked for in vain, or no longer.
    Unsynced(bool),
    /// The phone accepted the pairing; WhatsApp will ask for a restart next.
    Paired(Account),
    /// The phone owes a key without which part of the app state cannot be read, or no longer.
    KeyMissing(bool),
    /// The life is over.
    Ended(ExitReason),
}
