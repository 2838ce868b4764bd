//! Where one device stands, and what follows from whatever happens to it: a state machine without clocks, actors, store
//! or webhooks of its own.
//!
//! Whatever concerns a device is an [`Input`]; what is to be done about it are [`Effect`]s, in that order. The stage alone
//! says where the device stands: what others see of it is derived by [`Slot::view`], and never read back.

mod exits;
mod messages;
mod stage;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

pub use self::messages::{Effect, Gate, Happening, Input, Moment};
use self::stage::{Delay, Stage, Up, Wish};
use super::backoff::History;
use super::view::View;
use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::Passkey;
use crate::device::restriction::Restriction;
use crate::device::{News, Phase};
use crate::store::Life;
use crate::store::devices::Account;

/// Nothing is put off for longer: neither clock can add what a server may name as the end of a ban.
const LONGEST_DELAY: Duration = Duration::from_secs(366 * 24 * 3600);

/// One device of the fleet.
#[derive(Clone, Debug)]
pub struct Slot<A> {
    stage: Stage<A>,
    /// When its state changed last, as others see it.
    since: DateTime<Utc>,
    /// Once paired.
    account: Option<Account>,
    history: History,
    last_seen: Option<DateTime<Utc>>,
    last_exit: Option<ExitReason>,
    /// How the check of its present pairing by the account's passkey stands, or how that of the last one came to nothing.
    passkey: Option<Passkey>,
    /// What WhatsApp did not let the account do when that was heard last.
    restriction: Restriction,
    /// Counts the lives that have ended.
    exits: u64,
    /// It was paired, and has not logged in since.
    is_new: bool,
    /// The store says that WhatsApp has banned, locked or replaced it. Only the next login proves that wrong.
    barred: bool,
}

impl<A: Clone> Slot<A> {
    /// A device that is down. `barred`: what WhatsApp said before the daemon was started, if that still holds.
    pub fn new(
        account: Option<Account>,
        last_seen: Option<DateTime<Utc>>,
        barred: Option<ExitReason>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            stage: Stage::Down,
            since: now,
            account,
            history: History::default(),
            last_seen,
            last_exit: barred,
            passkey: None,
            restriction: Restriction::default(),
            exits: 0,
            is_new: false,
            barred: barred.is_some(),
        }
    }

    /// Takes an input in, and says what is to be done about it.
    pub fn step(&mut self, input: Input<A>, moment: &Moment<'_>) -> Vec<Effect<A>> {
        let before = self.stage.state();
        let effects = self.decide(input, moment);
        if self.stage.state() != before {
            self.since = moment.utc;
        }
        effects
    }

    fn decide(&mut self, input: Input<A>, moment: &Moment<'_>) -> Vec<Effect<A>> {
        match input {
            Input::Start => self.start(moment),
            Input::Connect => {
                let told = Effect::Tell(Happening::Reconnecting);
                [told].into_iter().chain(self.want()).collect()
            }
            Input::Pair { anew } => self.pair(anew),
            Input::Disconnect => {
                let told = Effect::Tell(Happening::Disconnecting);
                let ended = self.stay_down(ExitReason::Disconnected);
                [told].into_iter().chain(ended).collect()
            }
            Input::Halt => self.stay_down(ExitReason::Shutdown),
            Input::Remove => self.remove(),
            Input::Begun(life, address) => self.begun(life, address, moment),
            Input::Told(life, news) => self.told(life, news, moment),
            Input::Wiped(wiped) => self.wiped(wiped),
            Input::Tick => self.tick(moment),
        }
    }

    /// What others see of the device.
    pub fn view(&self) -> View {
        let up = match &self.stage {
            Stage::Up(up) => Some(up),
            _ => None,
        };
        let next_attempt = match &self.stage {
            Stage::Delayed(delay) => Some(delay.until_utc),
            _ => None,
        };
        View {
            state: self.stage.state(),
            since: self.since,
            account: self.account.clone(),
            qr: up.and_then(|up| up.qr.clone()),
            pair_code: up.and_then(|up| up.pair_code.as_deref().cloned()),
            last_seen: self.last_seen,
            last_exit: self.last_exit,
            passkey: self.passkey.clone(),
            next_attempt,
            key_missing: up.is_some_and(|up| up.key_missing),
            unsynced: up.is_some_and(|up| up.unsynced),
            restriction: up.map(|up| up.restriction.clone()).unwrap_or_default(),
            exits: self.exits,
        }
    }

    /// Whether the life that begins now is the first one with its account; asked once for each life.
    pub fn takes_first_login(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// When time alone changes something: [`Input::Tick`] is due then.
    pub fn due(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Delayed(delay) => Some(delay.until),
            _ => None,
        }
    }

    /// Where its life can be reached, if it has one.
    pub fn life(&self) -> Option<&A> {
        match &self.stage {
            Stage::Up(up) => Some(&up.address),
            _ => None,
        }
    }

    /// A ban is sat out; whatever else bars it, somebody has to ask for the connection.
    fn start(&mut self, moment: &Moment<'_>) -> Vec<Effect<A>> {
        match self.last_exit {
            None => self.queue(),
            Some(ExitReason::TemporarilyBanned(remaining)) => self.delay(remaining, false, moment),
            Some(_) => Vec::new(),
        }
    }

    /// Wants a life now: cuts a delay short, starts one, or leaves one that is up alone.
    fn want(&mut self) -> Vec<Effect<A>> {
        match &mut self.stage {
            Stage::Down => return self.queue(),
            Stage::Delayed(_) => {
                self.history.clear();
                return self.queue();
            }
            Stage::Up(up) if up.is_leaving() => up.wish(Wish::Again),
            Stage::Forgetting(wish) => *wish = wish.then(Wish::Again),
            Stage::Queued | Stage::Up(_) => {}
        }
        Vec::new()
    }

    fn pair(&mut self, anew: bool) -> Vec<Effect<A>> {
        match &mut self.stage {
            Stage::Up(up) if anew => {
                (up.qr, up.pair_code) = (None, None);
                self.passkey = None;
                up.end(ExitReason::PairingEnded, Wish::Again)
            }
            _ => self.want(),
        }
    }

    /// Has its life end, if it has one, and plans none.
    fn stay_down(&mut self, reason: ExitReason) -> Vec<Effect<A>> {
        match &mut self.stage {
            Stage::Up(up) => return up.end(reason, Wish::Stay),
            Stage::Forgetting(wish) => *wish = wish.then(Wish::Stay),
            Stage::Queued => {
                self.stage = Stage::Down;
                return vec![Effect::Gate(Gate::Leave)];
            }
            Stage::Down | Stage::Delayed(_) => self.stage = Stage::Down,
        }
        Vec::new()
    }

    /// What follows when the life has ended, or the wiping has, looks at the wish.
    fn remove(&mut self) -> Vec<Effect<A>> {
        match &mut self.stage {
            Stage::Up(up) => up.end(ExitReason::Removed, Wish::Remove),
            Stage::Forgetting(wish) => {
                *wish = Wish::Remove;
                Vec::new()
            }
            Stage::Down | Stage::Queued | Stage::Delayed(_) => {
                let mut effects = self.stay_down(ExitReason::Removed);
                effects.extend(self.forget(Wish::Remove));
                effects
            }
        }
    }

    fn begun(&mut self, life: Life, address: A, moment: &Moment<'_>) -> Vec<Effect<A>> {
        if !matches!(self.stage, Stage::Queued) {
            // Nobody waits for it: whoever leaves the queue has told the gate.
            let stop = Effect::Stop(address, ExitReason::Disconnected);
            return vec![stop, Effect::Gate(Gate::Leave)];
        }
        self.passkey = None;
        self.stage = Stage::Up(Up {
            life,
            address,
            begun: moment.now,
            phase: Phase::Connecting,
            live_since: None,
            qr: None,
            pair_code: None,
            key_missing: false,
            unsynced: false,
            restriction: Restriction::default(),
            wish: None,
        });
        Vec::new()
    }

    /// A life that is not the present one has nothing to say.
    fn told(&mut self, life: Life, news: News, moment: &Moment<'_>) -> Vec<Effect<A>> {
        let up = match &mut self.stage {
            Stage::Up(up) if up.life == life => up,
            _ => return Vec::new(),
        };
        match news {
            News::Entered(phase) => self.entered(phase, moment),
            News::Qr(qr) => {
                up.qr = Some(qr.clone());
                vec![Effect::Tell(Happening::Qr(qr))]
            }
            News::PairCode(code) => {
                up.pair_code = Some(Box::new(code));
                Vec::new()
            }
            News::Passkey(passkey) => {
                (up.qr, up.pair_code) = (None, None);
                self.passkey = Some(passkey.clone());
                vec![Effect::Tell(Happening::Passkey(passkey))]
            }
            News::KeyMissing(missing) => {
                up.key_missing = missing;
                Vec::new()
            }
            News::Unsynced(unsynced) => {
                up.unsynced = unsynced;
                Vec::new()
            }
            News::Restricted(restriction) => {
                up.restriction = restriction.clone();
                self.restricted(restriction)
            }
            News::Paired(account) => self.paired(account),
            News::Exited(reason) => self.exited(reason, moment),
        }
    }

    fn entered(&mut self, phase: Phase, moment: &Moment<'_>) -> Vec<Effect<A>> {
        let Stage::Up(up) = &mut self.stage else {
            return Vec::new();
        };
        up.phase = phase;
        match phase {
            // Of one that closes the exit comes next, and tells the gate why.
            Phase::Connecting | Phase::Closing => return vec![Effect::Route(None)],
            Phase::Pairing => {
                let begun = Effect::Tell(Happening::PairingBegun);
                return vec![Effect::Gate(Gate::GotThrough), Effect::Route(None), begun];
            }
            Phase::Live => {}
        }
        up.live_since = Some(moment.now);
        self.last_seen = Some(moment.utc);
        let mut effects = vec![
            Effect::Gate(Gate::GotThrough),
            Effect::NoteConnect(moment.now.saturating_duration_since(up.begun)),
            Effect::Route(Some(up.address.clone())),
            Effect::Tell(Happening::Connected {
                account: self.account.clone(),
                last_exit: self.last_exit,
            }),
        ];
        if std::mem::take(&mut self.barred) {
            effects.push(Effect::NoteBarred(None));
        }
        effects
    }

    /// Every life says what it knows of from the ones before.
    fn restricted(&mut self, after: Restriction) -> Vec<Effect<A>> {
        let before = std::mem::replace(&mut self.restriction, after.clone());
        match before == after {
            true => Vec::new(),
            false => vec![Effect::Tell(Happening::Restricted { before, after })],
        }
    }

    /// Every life says whom it is logged in as; only the first one has just been paired.
    fn paired(&mut self, account: Account) -> Vec<Effect<A>> {
        let mut effects = vec![Effect::Paired(true)];
        if self.account.is_none() {
            self.is_new = true;
            effects.push(Effect::Tell(Happening::Paired(account.clone())));
        }
        self.account = Some(account);
        self.passkey = None;
        effects
    }

    fn tick(&mut self, moment: &Moment<'_>) -> Vec<Effect<A>> {
        match self.due() {
            Some(due) if due <= moment.now => self.queue(),
            _ => Vec::new(),
        }
    }

    fn queue(&mut self) -> Vec<Effect<A>> {
        self.stage = Stage::Queued;
        vec![Effect::Gate(Gate::Join)]
    }

    fn delay(&mut self, delay: Duration, quarantined: bool, moment: &Moment<'_>) -> Vec<Effect<A>> {
        let delay = delay.min(LONGEST_DELAY);
        self.stage = Stage::Delayed(Delay {
            until: moment.now + delay,
            until_utc: moment.utc + delay,
            quarantined,
        });
        Vec::new()
    }

    fn forget(&mut self, wish: Wish) -> Vec<Effect<A>> {
        self.stage = Stage::Forgetting(wish);
        vec![Effect::Wipe]
    }
}

#[cfg(test)]
mod tests;
