//! Calls: who calls whom, and what has become of it. Nobody hears anything: there is no media.

use std::collections::VecDeque;

use serde::Serialize;
use wacore_binary::Jid;

use super::address::Address;
use super::stanza;

/// So many are remembered, the latest.
const REMEMBERED: usize = 256;

/// A call from one device to all devices of somebody.
#[derive(Clone)]
pub struct Call {
    pub id: String,
    pub caller: Address,
    /// The caller as the call itself names it.
    pub creator: Jid,
    /// The phone number of who is called.
    pub callee: String,
    pub video: bool,
    pub state: CallState,
    /// Unix seconds.
    pub began: u64,
    /// When somebody took it, in Unix seconds.
    pub taken: Option<u64>,
}

/// How far a call has come.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CallState {
    Ringing,
    /// A device of who is called has taken it.
    Accepted {
        by: Address,
    },
    /// A device of who is called does not take it.
    Rejected {
        by: Address,
    },
    /// One of the two has hung up.
    Ended,
}

/// All calls that are remembered.
#[derive(Default)]
pub struct Calls(VecDeque<Call>);

impl Calls {
    pub fn begin(&mut self, call: Call) {
        self.0.retain(|known| known.id != call.id);
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    pub fn get(&self, id: &str) -> Option<&Call> {
        self.0.iter().find(|call| call.id == id)
    }

    /// Takes note of what has become of a call; `None`: nobody knows it, or it is over.
    pub fn become_of(&mut self, id: &str, state: CallState) -> Option<Call> {
        let mut all = self.0.iter_mut();
        let call = all.find(|call| call.id == id && !call.is_over())?;
        if matches!(state, CallState::Accepted { .. }) {
            call.taken = Some(stanza::now());
        }
        call.state = state;
        Some(call.clone())
    }

    /// Those that an account is in, the latest last.
    pub fn of<'a>(&'a self, phone: &'a str) -> impl Iterator<Item = &'a Call> {
        let has = move |call: &&Call| call.caller.phone == phone || call.callee == phone;
        self.0.iter().filter(has)
    }
}

impl Call {
    pub fn is_over(&self) -> bool {
        matches!(self.state, CallState::Rejected { .. } | CallState::Ended)
    }
}
