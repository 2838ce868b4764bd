//! Where a life stands, and what it has there.

use tokio::task;

use super::exit::ExitReason;
use super::life::running::Running;
use super::messages::Phase;
use super::pairing::PairCode;
use super::pairing::passkey::Passkey;
use crate::store::devices::Account;

/// Where a life stands, and what it has there.
pub(super) enum State {
    /// Dialling, shaking hands, logging in; without a client until that is built.
    Connecting(Option<Running>),
    /// Connected without an account.
    Pairing(Pairing),
    /// Logged in; commands run.
    Live(Running),
    /// On its way out. The first reason wins.
    Closing(ExitReason),
}

/// A life that shows codes.
pub(super) struct Pairing {
    /// The client that they come from.
    pub running: Running,
    /// The last one to be typed.
    pub code: Option<PairCode>,
    /// The task that shows those to scan.
    pub codes: Option<task::Id>,
    /// Once WhatsApp wants to see the account's passkey.
    pub passkey: Option<Passkey>,
    /// Set by the phone's consent; stored before the life ends.
    pub agreed: Option<Account>,
}

impl Pairing {
    /// No code was asked for yet.
    pub fn new(running: Running) -> Self {
        Self {
            running,
            code: None,
            codes: None,
            passkey: None,
            agreed: None,
        }
    }
}

impl State {
    /// As others are told of it.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Connecting(_) => Phase::Connecting,
            Self::Pairing(_) => Phase::Pairing,
            Self::Live(_) => Phase::Live,
            Self::Closing(_) => Phase::Closing,
        }
    }

    /// Whether the phone has agreed to be paired.
    pub fn has_agreed(&self) -> bool {
        matches!(self, Self::Pairing(pairing) if pairing.agreed.is_some())
    }

    /// What has to be closed: the client, and with it what was agreed.
    pub fn into_closing(self) -> Option<(Running, Option<Account>)> {
        match self {
            Self::Connecting(running) => Some((running?, None)),
            Self::Pairing(pairing) => Some((pairing.running, pairing.agreed)),
            Self::Live(running) => Some((running, None)),
            Self::Closing(_) => None,
        }
    }
}
