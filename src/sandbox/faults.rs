//! Faults on request: what the server does wrong, to which device, and how often.

use serde::Serialize;

use super::address::Address;

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
    pub fn includes(&self, device: &Address) -> bool {
        match self {
            Self::Everybody => true,
            Self::Account(phone) => *phone == device.phone,
            Self::Device(only) => only == device,
        }
    }
}

/// A fault that stays until it is cleared or used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Messages are delivered and never acknowledged.
    AckSilence,
    /// Messages are refused with this code, and not delivered.
    AckError { error: u16 },
    /// Queries of a namespace stay without an answer.
    IqSilence { xmlns: String },
    /// Queries of a namespace are refused.
    IqError { xmlns: String, code: u16 },
    /// The connection stays and nothing that comes over it is read.
    Mute,
    /// Logins are refused with this reason.
    LoginFailure { reason: u16 },
}

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

#[derive(Default)]
pub struct Faults {
    active: Vec<Active>,
    last_id: u64,
}

/// What a fault makes of a query.
#[derive(Debug, PartialEq, Eq)]
pub enum QueryFault {
    Silence,
    Error(u16),
}

impl Faults {
    /// `None` when too many are set already.
    pub fn add(
        &mut self,
        jid: &str,
        scope: Scope,
        fault: Fault,
        times: Option<u32>,
    ) -> Option<u64> {
        if self.active.len() >= LIMIT {
            return None;
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

    pub fn ack_error(&mut self, device: &Address) -> Option<u16> {
        self.act(device, |fault| match fault {
            Fault::AckError { error } => Some(*error),
            _ => None,
        })
    }

    pub fn ack_silence(&mut self, device: &Address) -> bool {
        let act = self.act(device, |fault| (*fault == Fault::AckSilence).then_some(()));
        act.is_some()
    }

    pub fn mute(&mut self, device: &Address) -> bool {
        self.act(device, |fault| (*fault == Fault::Mute).then_some(()))
            .is_some()
    }

    pub fn login_failure(&mut self, device: &Address) -> Option<u16> {
        self.act(device, |fault| match fault {
            Fault::LoginFailure { reason } => Some(*reason),
            _ => None,
        })
    }

    pub fn query(&mut self, device: &Address, namespace: &str) -> Option<QueryFault> {
        self.act(device, |fault| match fault {
            Fault::IqSilence { xmlns } if xmlns == namespace => Some(QueryFault::Silence),
            Fault::IqError { xmlns, code } if xmlns == namespace => Some(QueryFault::Error(*code)),
            _ => None,
        })
    }

    /// Uses the first fault that concerns `device` and that `pick` takes.
    fn act<T>(&mut self, device: &Address, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
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
}
