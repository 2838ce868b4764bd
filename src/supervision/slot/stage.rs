//! Where a device stands, and what each stage owns.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::messages::Effect;
use crate::device::Phase;
use crate::device::exit::ExitReason;
use crate::device::pairing::{PairCode, Qr};
use crate::device::restriction::Restriction;
use crate::store::Life;
use crate::supervision::view::State;

/// Where a device stands. `A` is where its life can be reached.
#[derive(Clone, Debug)]
pub enum Stage<A> {
    /// No life, and none planned.
    Down,
    /// In the queue of the gate.
    Queued,
    /// A backoff, a ban or a quarantine is to pass first.
    Delayed(Delay),
    /// It has a life.
    Up(Up<A>),
    /// Its records are being wiped; then comes what was wished for.
    Forgetting(Wish),
}

/// What is to pass before the next life.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// When it is over, by the clock that decides.
    pub until: Instant,
    /// The same by the clock that is shown.
    pub until_utc: DateTime<Utc>,
    /// It failed too often: this is longer than any backoff.
    pub quarantined: bool,
}

/// A life, and what lasts as long as it does.
#[derive(Clone, Debug)]
pub struct Up<A> {
    /// Its number: reports of other lives do not count.
    pub life: Life,
    /// Where it can be reached.
    pub address: A,
    /// When it began to dial.
    pub begun: Instant,
    /// How far it has come.
    pub phase: Phase,
    /// Since when it is logged in, or was until it began to close.
    pub live_since: Option<Instant>,
    /// The code to scan, while pairing.
    pub qr: Option<Qr>,
    /// The last code to type, while pairing.
    pub pair_code: Option<Box<PairCode>>,
    /// The phone owes a key without which part of contacts and settings cannot be read.
    pub key_missing: bool,
    /// Part of contacts and settings was asked for in vain.
    pub unsynced: bool,
    /// What WhatsApp does not let the account do.
    pub restriction: Restriction,
    /// What somebody wants to follow; otherwise the reason of the end decides.
    pub wish: Option<Wish>,
}

/// What somebody wants to follow when a life has ended, or when the wiping has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No life.
    Stay,
    /// Another life.
    Again,
    /// The end of the device.
    Remove,
}

impl Wish {
    /// The last wish counts, but nobody takes a removal back.
    pub fn then(self, newer: Self) -> Self {
        match self {
            Self::Remove => Self::Remove,
            Self::Stay | Self::Again => newer,
        }
    }
}

impl<A: Clone> Up<A> {
    /// Takes note of what somebody wants to follow.
    pub fn wish(&mut self, wish: Wish) {
        self.wish = Some(self.wish.map_or(wish, |earlier| earlier.then(wish)));
    }

    /// Has the life end, with this to follow.
    pub fn end(&mut self, reason: ExitReason, wish: Wish) -> Vec<Effect<A>> {
        self.wish(wish);
        vec![Effect::Stop(self.address.clone(), reason)]
    }

    /// Whether it will end soon, or was told to.
    pub fn is_leaving(&self) -> bool {
        self.phase == Phase::Closing || self.wish.is_some()
    }
}

impl<A> Stage<A> {
    /// The stage as others see it.
    pub fn state(&self) -> State {
        match self {
            Stage::Down => State::Down,
            Stage::Queued => State::Waiting,
            Stage::Delayed(delay) if delay.quarantined => State::Quarantined,
            Stage::Delayed(_) => State::Waiting,
            Stage::Up(up) => match up.phase {
                Phase::Connecting => State::Connecting,
                Phase::Pairing => State::Pairing,
                Phase::Live => State::Live,
                Phase::Closing => State::Closing,
            },
            Stage::Forgetting(_) => State::Closing,
        }
    }
}
