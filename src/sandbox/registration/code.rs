//! A code that a companion shows, and how far the phone is with it.

use std::time::{Duration, Instant};

use wacore_libsignal::protocol::KeyPair;

use super::outcome::{Outcome, Waiter};
use crate::sandbox::keys::Key32;

const VALIDITY: Duration = Duration::from_secs(180);
/// Times a code may be typed before the companion has to ask for another one.
const TRIES: u32 = 3;

/// salt(32) iv(16) and the sealed ephemeral key(32).
pub type Wrapped = [u8; 80];

/// What a companion that shows a code has told, and how far the phone is.
pub struct CodeState {
    /// The number whose phone is to be told the code.
    pub phone: String,
    pub reference: Vec<u8>,
    pub wrapped: Wrapped,
    pub since: Instant,
    /// How often a code has been typed.
    pub tries: u32,
    pub typed: Option<Typed>,
}

/// A code has been typed: the phone waits for the companion's key bundle.
pub struct Typed {
    pub ephemeral: KeyPair,
    pub companion_ephemeral: Key32,
    pub waiter: Waiter,
}

impl CodeState {
    /// Tells whoever typed the code how the pairing ended.
    pub fn resolve(self, outcome: Outcome) {
        if let Some(typed) = self.typed {
            let _ = typed.waiter.send(outcome);
        }
    }

    /// Whether a phone may still type it.
    pub fn is_valid(&self) -> bool {
        self.since.elapsed() < VALIDITY && self.tries < TRIES
    }
}
