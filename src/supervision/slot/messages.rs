//! What happens to a device, and what is to be done about it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::device::News;
use crate::device::exit::ExitReason;
use crate::device::pairing::Qr;
use crate::device::pairing::passkey::Passkey;
use crate::device::restriction::Restriction;
use crate::store::Life;
use crate::store::devices::Account;
use crate::store::devices::Held;
use crate::supervision::backoff::Policy;

/// What happens to a device. `A` is where its life can be reached.
#[derive(Debug)]
pub enum Input<A> {
    /// The daemon has just begun to know a device that is to be connected.
    Start,
    /// Somebody asks for a connection.
    Connect,
    /// Somebody asks for codes to pair it with; `anew`: not the ones it shows already.
    Pair { anew: bool },
    /// Somebody asks that it be connected no longer.
    Disconnect,
    /// Somebody asks that nothing of it be kept.
    Remove,
    /// The daemon stops.
    Halt,
    /// The gate has let it in: its life has begun.
    Begun(Life, A),
    /// A life reports.
    Told(Life, News),
    /// Its records were wiped or, if not `true`, could not be.
    Wiped(bool),
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<A> {
    /// Lets the gate for connects know.
    Gate(Gate),
    /// Tells the life to end.
    Stop(A, ExitReason),
    /// Sends the device's commands there, or (`None`) nowhere.
    Route(Option<A>),
    /// Lets the router know whether the device has an account.
    Paired(bool),
    /// Wipes its records; [`Input::Wiped`] is the answer.
    Wipe,
    /// Nobody is to know the device any more.
    Forget,
    /// Finds out whether the store can write, before anybody else connects.
    CheckStore,
    /// Notes that it was connected until now.
    NoteSeen,
    /// Stores that WhatsApp bars the device, or (`None`) no longer does.
    NoteBarred(Option<Held>),
    /// Notes how long it took to log in.
    NoteConnect(Duration),
    /// Remembers it in the device's history, and lets webhooks know.
    Tell(Happening),
}

/// What the gate for connects is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The device wants to connect.
    Join,
    /// It does not any more, or its life was told to go.
    Leave,
    /// It has reached WhatsApp.
    GotThrough,
    /// Its life ended, and nobody had asked for that.
    Failed(ExitReason),
}

/// What history and webhooks are told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Somebody asked for the connection.
    Reconnecting,
    /// The device is logged in.
    Connected {
        account: Option<Account>,
        last_exit: Option<ExitReason>,
    },
    /// Somebody asked that it be connected no longer.
    Disconnecting,
    /// WhatsApp offers to pair it.
    PairingBegun,
    /// There is a code to be scanned.
    Qr(Qr),
    /// The check of its pairing by the account's passkey has come this far.
    Passkey(Passkey),
    /// It was given this account just now.
    Paired(Account),
    /// A life has ended. `unpaired`: the device has no account.
    Exited {
        reason: ExitReason,
        was_live: bool,
        unpaired: bool,
    },
    /// What WhatsApp does not let the account do has changed.
    Restricted {
        before: Restriction,
        after: Restriction,
    },
    /// It failed so often that it is left alone until then.
    Quarantined {
        reason: ExitReason,
        until: DateTime<Utc>,
    },
}

/// What a step knows of the world.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The clock that decides.
    pub now: Instant,
    /// The clock that is shown, in whole seconds.
    pub utc: DateTime<Utc>,
    /// A random number in 0..1.
    pub jitter: f64,
    /// The configured numbers.
    pub policy: &'a Policy,
}
