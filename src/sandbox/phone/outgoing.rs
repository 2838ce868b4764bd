//! A phone writes: to its own companions and to the devices of others.

use buffa::Message as _;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};
use wacore_libsignal::protocol::SignalProtocolError;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::DeviceSentMessage;

use super::peer::Sealed;
use super::{Bundle, Sent};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::world::World;
use crate::sandbox::{keys, stanza};

impl World {
    /// The phone of `from` sends a text. Returns the message's id; both accounts must exist.
    pub fn phone_texts(&mut self, from: &str, to: &str, text: &str) -> Option<String> {
        let id = stanza::new_id();
        let chat = self.accounts.get(to)?.jid(Form::Pn);
        let message = Message {
            conversation: Some(text.to_owned()),
            ..Default::default()
        };
        let copy = device_sent(&message, &chat);
        let recipients = self.devices_of(to);
        let own = self
            .devices_of(from)
            .into_iter()
            .filter(|device| !device.is_phone());
        let copies = own.map(|device| (device, &copy));
        let all: Vec<_> = recipients
            .into_iter()
            .map(|device| (device, &message))
            .chain(copies)
            .collect();
        let mut participants = Vec::new();
        for (device, message) in all {
            match self.phone_seals(from, &device, &message.encode_to_vec()) {
                Ok(enc) => {
                    let jid = self.jid(&device, Form::Pn)?;
                    participants.push(
                        NodeBuilder::new("to")
                            .attr("jid", jid)
                            .children([enc])
                            .build(),
                    );
                }
                Err(error) => tracing::warn!(%error, "a phone cannot write to a device"),
            }
        }
        let node = NodeBuilder::new("message")
            .attr("to", chat.clone())
            .attr("id", id.as_str())
            .attr("type", "text")
            .children([NodeBuilder::new("participants")
                .children(participants)
                .build()])
            .build();
        self.accounts.get_mut(from)?.phone.remember_sent(Sent {
            id: id.clone(),
            message,
            chat: Some(chat),
        });
        self.phone_sends(&Address::phone(from), &node);
        Some(id)
    }

    /// A message from the phone to one of its companions, about the account itself.
    pub fn phone_tells(&mut self, companion: &Address, message: &Message) {
        let phone = &companion.phone;
        let plain = message.encode_to_vec();
        let enc = match self.phone_seals(phone, companion, &plain) {
            Ok(enc) => enc,
            Err(error) => {
                tracing::warn!(%error, "a phone cannot write to its companion");
                return;
            }
        };
        let Some(to) = self.jid(companion, Form::Pn) else {
            return;
        };
        let id = stanza::new_id();
        let node = peer_message(to, &id, enc);
        if let Some(account) = self.accounts.get_mut(phone) {
            let message = message.clone();
            account.phone.remember_sent(Sent {
                id,
                message,
                chat: None,
            });
        }
        self.phone_sends(&Address::phone(phone), &node);
    }

    /// Sends a message again, over a new session, to a device that could not read it.
    pub fn phone_resends(&mut self, phone: &str, device: &Address, id: &str, count: u32) {
        let Some(account) = self.accounts.get_mut(phone) else {
            return;
        };
        let Some(sent) = account.phone.sent(id) else {
            return;
        };
        let own = device.phone == phone;
        let plain = match &sent.chat {
            Some(chat) if own => device_sent(&sent.message, chat).encode_to_vec(),
            _ => sent.message.encode_to_vec(),
        };
        let Ok(mut enc) = self.phone_seals_anew(phone, device, &plain) else {
            return;
        };
        enc.attrs.push("count", count);
        let Some(to) = self.jid(device, Form::Pn) else {
            return;
        };
        let node = match sent.chat {
            None => peer_message(to, id, enc),
            Some(chat) => {
                let node = NodeBuilder::new("message").attr("to", to).attr("id", id);
                let node = if own {
                    node.attr("recipient", chat)
                } else {
                    node
                };
                node.attr("type", "text").children([enc]).build()
            }
        };
        self.phone_sends(&Address::phone(phone), &node);
    }

    fn devices_of(&self, phone: &str) -> Vec<Address> {
        let Some(account) = self.accounts.get(phone) else {
            return Vec::new();
        };
        account
            .devices()
            .into_iter()
            .map(|device| account.address(device))
            .collect()
    }

    /// Encrypts for one device as an `<enc>`, starting a session when there is none.
    fn phone_seals(
        &mut self,
        phone: &str,
        device: &Address,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let known = self
            .accounts
            .get(phone)
            .is_some_and(|a| a.phone.peer.has_session(device));
        if known {
            return self.phone_encrypts(phone, device, plain);
        }
        self.phone_seals_anew(phone, device, plain)
    }

    /// Encrypts over a new session. An older one stays readable: its messages may be on their way.
    fn phone_seals_anew(
        &mut self,
        phone: &str,
        device: &Address,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        if let Some(bundle) = self.take_bundle(device)
            && let Some(account) = self.accounts.get_mut(phone)
        {
            account.phone.peer.install(device, &bundle)?;
        }
        self.phone_encrypts(phone, device, plain)
    }

    fn phone_encrypts(
        &mut self,
        phone: &str,
        device: &Address,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let gone = || SignalProtocolError::InvalidArgument("the phone is gone".to_owned());
        let account = self.accounts.get_mut(phone).ok_or_else(gone)?;
        let sealed = account.phone.peer.encrypt(device, &pad(plain));
        account.phone.save_keys(phone, &mut self.journal);
        let (kind, bytes) = match sealed? {
            Sealed::PreKey(bytes) => ("pkmsg", bytes),
            Sealed::Message(bytes) => ("msg", bytes),
        };
        Ok(NodeBuilder::new("enc")
            .attr("v", 2)
            .attr("type", kind)
            .bytes(bytes)
            .build())
    }

    /// The published keys of any device; its one-time key is used up.
    pub fn take_bundle(&mut self, device: &Address) -> Option<Bundle> {
        let account = self.accounts.get_mut(&device.phone)?;
        if device.is_phone() {
            let bundle = account.phone.peer.bundle().ok();
            account.phone.save_keys(&device.phone, &mut self.journal);
            return bundle;
        }
        let companion = account.companions.get_mut(&device.device)?;
        Some(companion.bundle(device, &mut self.journal))
    }
}

fn peer_message(to: Jid, id: &str, enc: Node) -> Node {
    NodeBuilder::new("message")
        .attr("to", to)
        .attr("id", id)
        .attr("type", "text")
        .attr("category", "peer")
        .children([enc])
        .build()
}

fn device_sent(message: &Message, chat: &Jid) -> Message {
    let sent = DeviceSentMessage {
        destination_jid: Some(chat.to_string()),
        message: buffa::MessageField::some(message.clone()),
        ..Default::default()
    };
    Message {
        device_sent_message: buffa::MessageField::some(sent),
        ..Default::default()
    }
}

fn pad(plain: &[u8]) -> Vec<u8> {
    let count = 1 + keys::random::<1>()[0] % 16;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + usize::from(count), count);
    padded
}
