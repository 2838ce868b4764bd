//! A companion that has no account yet: its registration, its QR references, and pair-success.

pub mod code;
mod finish;
mod qr;
mod registration;

use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::address::Address;
use super::faults::Fault;
use super::iq::{BAD_REQUEST, Reply};
use super::keys::{self, Key32};
use super::link::Link;
use super::stanza;
use super::world::World;
use code::CodeState;

pub use finish::{Offer, stream_error};
pub use qr::Scanned;
pub use registration::RegistrationData;

/// The references that the companion shows one after the other.
const REFERENCES: usize = 6;
const FIRST_REFERENCE: Duration = Duration::from_secs(60);
const NEXT_REFERENCE: Duration = Duration::from_secs(20);
/// A code is scanned a moment after it left the screen.
const GRACE: Duration = Duration::from_secs(10);
/// An unpaired connection ends with its last reference, or with its pairing code.
pub const LIFETIME: Duration = Duration::from_secs(190);

/// How a pairing ended, for whoever holds the phone.
pub type Outcome = Result<Address, PairingError>;

#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    #[error("the QR text is not one of WhatsApp's: {0}")]
    NotAQr(&'static str),
    #[error("no companion waits with this QR code, or it has expired")]
    UnknownReference,
    #[error("no companion waits for a code of this phone number")]
    NoCodeExpected,
    #[error("the code is wrong")]
    WrongCode,
    #[error("the QR code does not match the companion: {0}")]
    Mismatch(&'static str),
    #[error("phone {0} has no account")]
    UnknownAccount(String),
    #[error("the account cannot link another device")]
    TooManyDevices,
    #[error("the companion is being paired already")]
    Busy,
    #[error("the companion refused: {0}")]
    Refused(String),
    #[error("the companion's answer does not verify: {0}")]
    Unverified(&'static str),
    #[error("the companion went away")]
    Gone,
    #[error("the companion did not answer in time")]
    TimedOut,
}

/// One unpaired connection.
pub struct Registration {
    pub link: Link,
    pub noise_static: Key32,
    pub data: RegistrationData,
    since: Instant,
    references: Vec<String>,
    offer: Option<Offer>,
    code: Option<CodeState>,
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
        }
    }

    /// The first thing an unpaired companion hears.
    pub fn pair_device(&self) -> Node {
        let references = self.references.iter();
        let references = references.map(|reference| stanza::leaf("ref", reference.as_bytes()));
        let pair_device = NodeBuilder::new("pair-device").children(references).build();
        stanza::request(&stanza::new_id(), "md", pair_device)
    }

    fn shows(&self, reference: &str) -> bool {
        let position = self.references.iter().position(|known| known == reference);
        position.is_some_and(|position| {
            let later = NEXT_REFERENCE * u32::try_from(position).unwrap_or_default();
            self.since.elapsed() < FIRST_REFERENCE + later + GRACE
        })
    }

    pub fn is_over(&self) -> bool {
        let newest = self
            .code
            .as_ref()
            .map_or(self.since, |code| code.since.max(self.since));
        newest.elapsed() > LIFETIME
    }
}

fn new_reference() -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!("2@{}", BASE64_STANDARD.encode(keys::random::<48>()))
}

impl World {
    /// What an unpaired companion may say: answers to our requests, and the pairing code's two steps.
    pub fn registration_stanza(&mut self, id: u64, node: &Node) {
        let Some(registration) = self.registrations.get(&id) else {
            return;
        };
        let link = registration.link.clone();
        if node.tag != "iq" {
            return;
        }
        let kind = stanza::attr(node, "type").unwrap_or_default();
        if kind == "result" || kind == "error" {
            // The first of our requests is answered: the companion shows a QR code now.
            if registration.offer.is_none()
                && self.faults.strikes(None, &Fault::CompanionRegRefresh)
            {
                let refresh = NodeBuilder::new("companion_reg_refresh").build();
                let kind = "companion_reg_refresh";
                link.send(stanza::notification(stanza::server(), kind, refresh));
            }
            self.pairing_answer(id, node);
            return;
        }
        let answer = self.registration_query(id, node);
        let id = stanza::id(node);
        link.send(match answer {
            Ok(children) => stanza::result(&id, children),
            Err((code, text)) => stanza::refusal(&id, code, text, None),
        });
    }

    fn registration_query(&mut self, id: u64, node: &Node) -> Reply {
        match stanza::attr(node, "xmlns").as_deref() {
            Some("w:p" | "urn:xmpp:ping") => Ok(Vec::new()),
            Some("md") => match stanza::child(node, "link_code_companion_reg") {
                Some(step) => self.link_code_step(id, step),
                None => Err(BAD_REQUEST),
            },
            // A companion without an account has nothing to ask. The real text is unknown.
            _ => Err((403, "forbidden")),
        }
    }

    /// The connection of an unpaired companion is gone.
    pub fn registration_ended(&mut self, id: u64) {
        if let Some(registration) = self.registrations.remove(&id) {
            registration.abandon(PairingError::Gone);
        }
    }
}

impl Registration {
    fn abandon(self, reason: PairingError) {
        if let Some(offer) = self.offer {
            offer.resolve(Err(reason));
        } else if let Some(code) = self.code {
            code.resolve(Err(reason));
        }
    }
}

/// Somebody who waits for the end of a pairing.
pub type Waiter = oneshot::Sender<Outcome>;
