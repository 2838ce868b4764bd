//! A companion that has no account yet becomes a linked device: by QR code or by a code that is typed, and
//! where its account has a passkey, by that too.

pub mod code;
mod finish;
mod passkey;
pub mod qr;

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::faults::Fault;
use super::iq::Reply;
use super::registration::outcome::PairingError;
use super::stanza;
use super::world::World;

impl World {
    /// What an unpaired companion may say: answers to our requests, the pairing code's two steps, and the passkey's.
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
                None => self.passkey_step(id, node),
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
