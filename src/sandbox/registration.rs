//! A companion that has no account yet, as the server knows it: its keys, its QR references, and how
//! far its pairing is.

pub mod code;
pub mod data;
pub mod outcome;
pub mod passkey;

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::ADVSignedDeviceIdentity;

use super::address::Address;
use super::keys::{self, Key32};
use super::link::Link;
use super::stanza;
use code::CodeState;
use data::RegistrationData;
use outcome::{Outcome, PairingError, Waiter};
use passkey::Check;

/// The references that the companion shows one after the other.
const REFERENCES: usize = 6;
const FIRST_REFERENCE: Duration = Duration::from_secs(60);
const NEXT_REFERENCE: Duration = Duration::from_secs(20);
/// A code is scanned a moment after it left the screen.
const GRACE: Duration = Duration::from_secs(10);
/// An unpaired connection ends with its last reference, or with its pairing code; when its link is checked, so long after the
/// time for the passkey's answer.
pub const LIFETIME: Duration = Duration::from_secs(190);

/// One unpaired connection.
pub struct Registration {
    pub link: Link,
    pub noise_static: Key32,
    pub data: RegistrationData,
    since: Instant,
    references: Vec<String>,
    pub offer: Option<Offer>,
    pub code: Option<CodeState>,
    /// The account that wants to link it has a passkey, and is asked for it.
    pub check: Option<Check>,
}

impl Registration {
    pub fn new(link: Link, noise_static: Key32, data: RegistrationData) -> Self {
        Self {
            link,
            noise_static,
            data,
            since: Instant::now(),
            references: (0..REFERENCES).map(|_| new_reference()).collect(),
            offer: None,
            code: None,
            check: None,
        }
    }

    /// The first thing an unpaired companion hears.
    pub fn pair_device(&self) -> Node {
        let references = self.references.iter();
        let references = references.map(|reference| stanza::leaf("ref", reference.as_bytes()));
        let pair_device = NodeBuilder::new("pair-device").children(references).build();
        stanza::request(&stanza::new_id(), "md", pair_device)
    }

    /// Whether a reference may still be scanned.
    pub fn shows(&self, reference: &str) -> bool {
        let position = self.references.iter().position(|known| known == reference);
        position.is_some_and(|position| {
            let later = NEXT_REFERENCE * u32::try_from(position).unwrap_or_default();
            self.since.elapsed() < FIRST_REFERENCE + later + GRACE
        })
    }

    /// Whether this companion has waited long enough for anybody.
    pub fn is_over(&self) -> bool {
        let newest = self
            .code
            .as_ref()
            .map_or(self.since, |code| code.since.max(self.since));
        let checked = self.check.as_ref();
        let checked = checked.map(|check| check.since + check.patience);
        checked
            .map_or(newest, |checked| checked.max(newest))
            .elapsed()
            > LIFETIME
    }

    /// Tells whoever waits that this companion will not be linked.
    pub fn abandon(self, reason: PairingError) {
        if let Some(offer) = self.offer {
            offer.resolve(Err(reason));
        } else if let Some(code) = self.code {
            code.resolve(Err(reason));
        }
    }
}

fn new_reference() -> String {
    format!("2@{}", BASE64_STANDARD.encode(keys::random::<48>()))
}

/// A pair-success on its way, until the companion has signed it.
pub struct Offer {
    /// Id of the request that carries it.
    pub request: String,
    pub address: Address,
    pub key_index: u32,
    pub signed: ADVSignedDeviceIdentity,
    pub waiter: Option<Waiter>,
    pub made: Instant,
}

impl Offer {
    /// Tells whoever waits how the pairing ended.
    pub fn resolve(mut self, outcome: Outcome) {
        if let Some(waiter) = self.waiter.take() {
            // The one who asked may have stopped waiting.
            let _ = waiter.send(outcome);
        }
    }
}
