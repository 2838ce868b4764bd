//! Faults on request: what the server does wrong, to which device, and how often.

mod fault;

use std::time::Duration;

use serde::Serialize;

use super::address::Address;
use super::refused::Refused;

pub use fault::Fault;

/// Faults listed at once; enough for any test.
const LIMIT: usize = 1000;

/// Whom a fault concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Everybody,
    /// Every device of an account.
    Account(String),
    Device(Address),
}

impl Scope {
    /// The account all of whose devices are meant, if it is one.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account(phone) => Some(phone),
            Self::Everybody | Self::Device(_) => None,
        }
    }

    /// `None` is a client whose device is not known, or not yet: only `*` reaches it.
    pub fn includes(&self, device: Option<&Address>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Account(phone) => device.is_some_and(|device| *phone == device.phone),
            Self::Device(only) => device == Some(only),
        }
    }
}

/// A fault that was set, as the control API lists it.
#[derive(Serialize)]
pub struct Active {
    pub id: u64,
    pub jid: String,
    #[serde(flatten)]
    pub fault: Fault,
    #[serde(skip)]
    scope: Scope,
    /// How often it may still act; absent: until cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u32>,
    pub hits: u64,
}

/// All faults that were set and not cleared, oldest first.
#[derive(Default)]
pub struct Faults {
    active: Vec<Active>,
    last_id: u64,
}

/// What a fault makes of a query.
#[derive(Debug, PartialEq, Eq)]
pub enum QueryFault {
    Silence,
    Error(u16, Option<u32>),
    Late(Duration),
}

/// What a fault makes of a handshake.
#[derive(Debug, PartialEq, Eq)]
pub enum HandshakeFault {
    Garbage,
    Silence,
}

/// What a fault makes of an upload or download.
#[derive(Debug, PartialEq, Eq)]
pub enum MediaFault {
    Silence,
    Status(u16),
}

impl Faults {
    /// Returns its id. `None` when too many are set already; used-up ones make room.
    pub fn add(
        &mut self,
        jid: &str,
        scope: Scope,
        fault: Fault,
        times: Option<u32>,
    ) -> Option<u64> {
        if self.active.len() >= LIMIT {
            let used_up = |active: &Active| active.remaining == Some(0);
            let oldest = self.active.iter().position(used_up)?;
            self.active.remove(oldest);
        }
        self.last_id += 1;
        self.active.push(Active {
            id: self.last_id,
            jid: jid.to_owned(),
            fault,
            scope,
            remaining: times,
            hits: 0,
        });
        Some(self.last_id)
    }

    pub fn list(&self) -> &[Active] {
        &self.active
    }

    pub fn clear(&mut self) {
        self.active.clear();
    }

    /// False when there is no such fault.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.active.len();
        self.active.retain(|active| active.id != id);
        self.active.len() < before
    }

    /// How often a fault has acted; 0 for an unknown one.
    pub fn hits(&self, id: u64) -> u64 {
        let found = self.active.iter().find(|active| active.id == id);
        found.map_or(0, |active| active.hits)
    }

    /// Ends what a closing fault may still do: without `times` it acts once, on who is there.
    pub fn spend(&mut self, id: u64) {
        if let Some(active) = self.active.iter_mut().find(|active| active.id == id) {
            active.remaining.get_or_insert(0);
        }
    }

    /// The code with which a message of this device is refused, if it is.
    pub fn ack_error(&mut self, device: &Address) -> Option<u16> {
        self.act(Some(device), |fault| match fault {
            Fault::AckError { error } => Some(*error),
            _ => None,
        })
    }

    /// Why a login of this device is refused, if it is.
    pub fn login_failure(&mut self, device: &Address) -> Option<Refused> {
        self.act(Some(device), |fault| match *fault {
            Fault::LoginFailure { reason, expire } => Some(Refused { reason, expire }),
            _ => None,
        })
    }

    /// What becomes of a query of this device.
    pub fn query(&mut self, device: &Address, namespace: &str) -> Option<QueryFault> {
        self.act(Some(device), |fault| match fault {
            Fault::IqSilence { xmlns } if xmlns == namespace => Some(QueryFault::Silence),
            Fault::IqError {
                xmlns,
                code,
                backoff,
            } if xmlns == namespace => Some(QueryFault::Error(*code, *backoff)),
            Fault::IqLate { xmlns, ms } if xmlns == namespace => {
                Some(QueryFault::Late(Duration::from_millis(*ms)))
            }
            _ => None,
        })
    }

    /// What becomes of a handshake; `None` for a client that has not said who it is.
    pub fn handshake(&mut self, device: Option<&Address>) -> Option<HandshakeFault> {
        self.act(device, |fault| match fault {
            Fault::HandshakeGarbage => Some(HandshakeFault::Garbage),
            Fault::HandshakeSilence => Some(HandshakeFault::Silence),
            _ => None,
        })
    }

    /// What becomes of an upload or download; `None` for one without a token.
    pub fn media(&mut self, device: Option<&Address>) -> Option<MediaFault> {
        self.act(device, |fault| match fault {
            Fault::MediaSilence => Some(MediaFault::Silence),
            Fault::MediaStatus { status } => Some(MediaFault::Status(*status)),
            _ => None,
        })
    }

    /// The next fault that ends a connection.
    pub fn closing(&mut self, device: &Address) -> Option<Fault> {
        self.act(Some(device), |fault| fault.closes().then(|| fault.clone()))
    }

    /// How long a device waits for the next batch of what waited for it, if it has to ask.
    pub fn slow_backlog(&mut self, device: &Address) -> Option<Duration> {
        self.act(Some(device), |fault| match fault {
            Fault::SlowBacklog { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        })
    }

    /// Whether a fault without details acts on this device now.
    pub fn strikes(&mut self, device: Option<&Address>, wanted: &Fault) -> bool {
        self.act(device, |fault| (fault == wanted).then_some(()))
            .is_some()
    }

    /// The accounts whose phones overhear.
    pub fn overhearing(&self) -> impl Iterator<Item = &str> {
        self.active
            .iter()
            .filter_map(|active| match (&active.fault, &active.scope) {
                (Fault::Overhear, Scope::Account(phone)) => Some(phone.as_str()),
                (Fault::Overhear, Scope::Device(device)) => Some(device.phone.as_str()),
                _ => None,
            })
    }

    /// The accounts that may not do everything, as they were told.
    pub fn restricted(&self) -> Vec<String> {
        let restricting = self.active.iter().filter(|active| active.fault.restricts());
        let accounts = restricting.filter_map(|active| active.scope.account());
        accounts.map(str::to_owned).collect()
    }

    /// How many parts of statuses this device's account may post in which time.
    pub fn status_pace(&self, device: &Address) -> Option<(u32, Duration)> {
        self.holding(device, |fault| match fault {
            Fault::StatusPaced { most, ms } => Some((*most, Duration::from_millis(*ms))),
            _ => None,
        })
    }

    /// Until when this device's account may begin no chats, in Unix seconds.
    pub fn reach_out_locked(&self, device: &Address) -> Option<u64> {
        self.holding(device, |fault| match fault {
            Fault::ReachOutLocked { until } => Some(*until),
            _ => None,
        })
    }

    /// Until when this device's account has begun as many chats as it may, in Unix seconds.
    pub fn new_chats_capped(&self, device: &Address) -> Option<u64> {
        self.holding(device, |fault| match fault {
            Fault::NewChatsCapped { until } => Some(*until),
            _ => None,
        })
    }

    fn holding<T>(&self, device: &Address, holds: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let mut active = self
            .active
            .iter()
            .filter(|active| active.remaining != Some(0) && active.scope.includes(Some(device)));
        active.find_map(|active| holds(&active.fault))
    }

    /// Whether nothing may be sent to this device; what it sends is what uses the fault up.
    pub fn mutes(&self, device: Option<&Address>) -> bool {
        self.active.iter().any(|active| {
            active.fault == Fault::Mute
                && active.remaining != Some(0)
                && active.scope.includes(device)
        })
    }

    /// Uses the first fault that concerns `device` and that `pick` takes.
    fn act<T>(
        &mut self,
        device: Option<&Address>,
        pick: impl Fn(&Fault) -> Option<T>,
    ) -> Option<T> {
        for active in &mut self.active {
            if active.remaining == Some(0) || !active.scope.includes(device) {
                continue;
            }
            if let Some(picked) = pick(&active.fault) {
                active.hits += 1;
                active.remaining = active.remaining.map(|times| times - 1);
                return Some(picked);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_acts_as_often_as_it_was_told_and_stays_listed() {
        let mut faults = Faults::default();
        let device = Address::new("15550000001", 1);
        let other = Address::new("15550000002", 1);
        faults.add(
            "x",
            Scope::Device(device.clone()),
            Fault::AckError { error: 479 },
            Some(1),
        );
        assert_eq!(faults.ack_error(&other), None);
        assert_eq!(faults.ack_error(&device), Some(479));
        assert_eq!(faults.ack_error(&device), None);
        assert_eq!(faults.list()[0].hits, 1);
    }

    #[test]
    fn only_everybody_includes_a_client_that_is_not_known_yet() {
        let mut faults = Faults::default();
        let device = Address::new("15550000001", 1);
        let mute = |scope| (scope, Fault::Mute);
        let (scope, fault) = mute(Scope::Account(device.phone.clone()));
        faults.add("x", scope, fault, None);
        assert!(!faults.strikes(None, &Fault::Mute));
        assert!(faults.strikes(Some(&device), &Fault::Mute));
        let (scope, fault) = mute(Scope::Everybody);
        faults.add("*", scope, fault, None);
        assert!(faults.strikes(None, &Fault::Mute));
    }

    #[test]
    fn used_up_faults_make_room_for_new_ones_and_the_rest_do_not() {
        let mut faults = Faults::default();
        for _ in 0..LIMIT {
            faults.add("*", Scope::Everybody, Fault::Drop, Some(0));
        }
        assert!(
            faults
                .add("*", Scope::Everybody, Fault::Mute, None)
                .is_some()
        );
        assert_eq!(faults.list().len(), LIMIT);
        for _ in 1..LIMIT {
            assert!(
                faults
                    .add("*", Scope::Everybody, Fault::Mute, None)
                    .is_some()
            );
        }
        assert!(
            faults
                .add("*", Scope::Everybody, Fault::Mute, None)
                .is_none()
        );
    }
}
