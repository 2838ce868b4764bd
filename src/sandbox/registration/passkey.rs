//! How far the check of a link by the account's passkey is.

use std::time::{Duration, Instant};

use wacore_libsignal::protocol::KeyPair;

use crate::sandbox::keys::{self, Key32};

/// A phone wants to link this companion, and the server wants to see the account's passkey first.
pub struct Check {
    /// Whose phone.
    pub phone: String,
    pub challenge: Key32,
    pub since: Instant,
    pub patience: Duration,
    /// What the companion was given to name this attempt by.
    pub reference: Option<String>,
    pub stage: Stage,
}

/// How far it is.
pub enum Stage {
    /// The browser's answer is awaited.
    Asked,
    /// It was good: the phone has shown its key, and waits for the companion's nonce.
    Answered(Box<Answered>),
    /// The phone shows this code, and waits for the companion's keys under this key.
    Compared { code: String, key: Key32 },
    /// The phone has them.
    Linking,
    /// Something was refused.
    Ended,
}

/// What both sides have bound themselves to before either knew the other's nonce.
pub struct Answered {
    /// The companion's, as it came.
    pub identity: Vec<u8>,
    pub companion: Key32,
    pub platform: i32,
    pub commitment: Key32,
    /// The phone's.
    pub own: KeyPair,
    pub nonce: Key32,
}

impl Check {
    /// Begins now.
    pub fn new(phone: &str, patience: Duration) -> Self {
        Self {
            phone: phone.to_owned(),
            challenge: keys::random(),
            since: Instant::now(),
            patience,
            reference: None,
            stage: Stage::Asked,
        }
    }

    /// As the control API names it.
    pub fn state(&self) -> &'static str {
        match self.stage {
            Stage::Asked => "asked",
            Stage::Answered(_) => "answered",
            Stage::Compared { .. } => "compared",
            Stage::Linking => "linking",
            Stage::Ended => "ended",
        }
    }

    /// What the phone shows to be compared.
    pub fn code(&self) -> Option<&str> {
        match &self.stage {
            Stage::Compared { code, .. } => Some(code),
            _ => None,
        }
    }
}
