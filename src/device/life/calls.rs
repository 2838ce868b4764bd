//! Calls that ring: who calls, as WhatsApp names them. Whoever declines one says its id.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use wacore::types::call::CallAction;
use wacore::types::events::Event;
use wacore_binary::Jid;

/// So many of one device at a time; the oldest gives way.
const MOST: usize = 64;

/// No phone rings for longer.
const RINGS: Duration = Duration::from_secs(120);

/// The calls of one life.
#[derive(Default)]
pub struct Calls(Mutex<VecDeque<Ringing>>);

struct Ringing {
    id: String,
    caller: Caller,
    since: Instant,
}

/// Where a call comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whoever the signals come from, and go to.
    pub peer: Jid,
    /// Whoever began it, who may be somebody else.
    pub creator: Jid,
}

impl Calls {
    /// Takes note of calls that begin and end.
    pub fn hear(&self, event: &Event) {
        let Event::IncomingCall(call) = event else {
            return;
        };
        match &call.action {
            CallAction::Offer { .. } | CallAction::OfferNotice { .. } => {
                let caller = Caller {
                    peer: call.from.clone(),
                    creator: call.action.call_creator().clone(),
                };
                self.begun(call.action.call_id(), caller);
            }
            CallAction::Terminate { .. } => self.ended(call.action.call_id()),
            _ => {}
        }
    }

    fn begun(&self, id: &str, caller: Caller) {
        let mut all = self.0.lock();
        all.retain(|call| call.id != id && call.since.elapsed() < RINGS);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(Ringing {
            id: id.to_owned(),
            caller,
            since: Instant::now(),
        });
    }

    fn ended(&self, id: &str) {
        self.0.lock().retain(|call| call.id != id);
    }

    /// Who calls; `None`: nothing rings here under this id.
    pub fn caller(&self, id: &str) -> Option<Caller> {
        let all = self.0.lock();
        let mut ringing = all.iter().filter(|call| call.since.elapsed() < RINGS);
        let call = ringing.find(|call| call.id == id)?;
        Some(call.caller.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_is_known_while_it_rings_and_too_many_are_not() {
        let calls = Calls::default();
        let caller = Caller {
            peer: Jid::lid("1"),
            creator: Jid::lid("2"),
        };
        calls.begun("a", caller.clone());
        assert_eq!(calls.caller("a"), Some(caller.clone()));
        calls.ended("a");
        assert_eq!(calls.caller("a"), None);
        for number in 0..=MOST {
            calls.begun(&number.to_string(), caller.clone());
        }
        assert_eq!(calls.caller("0"), None);
        assert!(calls.caller("1").is_some());
        tokio::time::advance(RINGS).await;
        assert_eq!(calls.caller("1"), None);
    }
}
