//! A phone encrypts: for one device over a session, begun where there is none, and for a whole group.

use buffa::MessageField;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};
use wacore_libsignal::protocol::SignalProtocolError;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::SenderKeyDistributionMessage;

use super::Bundle;
use super::letter::Marks;
use super::peer::Sealed;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::edit::Edit;
use crate::sandbox::faults::Fault;
use crate::sandbox::world::World;
use crate::sandbox::{keys, stanza};
use crate::telemetry::Chain;

/// Stocks of one-time keys at which a device is told to bring more. One library acts below 5.
const LOW: [usize; 2] = [0, 4];

impl World {
    /// A `<participants>` with an own ciphertext for every device.
    pub(super) fn phone_seals_for(
        &mut self,
        from: &str,
        devices: Vec<(Address, &Vec<u8>)>,
        form: Form,
        marks: Marks,
    ) -> Node {
        let mut participants = Vec::new();
        for (device, plain) in devices {
            let sealed = self.phone_seals(from, &device, form, plain).inspect_err(
                |error| tracing::warn!(error = %Chain(error), "a phone cannot write to a device"),
            );
            let (Ok(mut enc), Some(jid)) = (sealed, self.jid(&device, form)) else {
                continue;
            };
            marks.put_on(&mut enc);
            let to = NodeBuilder::new("to").attr("jid", jid).children([enc]);
            participants.push(to.build());
        }
        NodeBuilder::new("participants")
            .children(participants)
            .build()
    }

    /// Encrypts once for all members, with the phone's own key of the group. Returns the key for those who
    /// lack it, and the ciphertext.
    pub(super) fn phone_seals_for_group(
        &mut self,
        from: &str,
        chat: &Jid,
        plain: &[u8],
    ) -> Option<(Message, Vec<u8>)> {
        let own = Address::phone(from);
        let Edit {
            account, journal, ..
        } = self.edit(from)?;
        let sealed = account
            .phone
            .peer
            .encrypt_group(&chat.to_string(), &own, &pad(plain));
        account.phone.save_keys(from, journal);
        let (key, sealed) = sealed
            .inspect_err(
                |error| tracing::warn!(error = %Chain(error), "a phone cannot write to a group"),
            )
            .ok()?;
        Some((distribution(chat, key), sealed))
    }

    /// Encrypts for one device as an `<enc>`, starting a session when there is none.
    pub(super) fn phone_seals(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let known = self
            .accounts
            .get(phone)
            .is_some_and(|a| a.phone.peer.has_session(device, form));
        if known {
            return self.phone_encrypts(phone, device, form, plain);
        }
        self.phone_seals_anew(phone, device, form, plain)
    }

    /// Encrypts over a new session. An older one stays readable: its messages may be on their way.
    pub(super) fn phone_seals_anew(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        if let Some(bundle) = self.take_bundle(device)
            && let Some(account) = self.accounts.get_mut(phone)
        {
            account.phone.peer.install(device, form, &bundle)?;
        }
        self.phone_encrypts(phone, device, form, plain)
    }

    fn phone_encrypts(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let gone = || SignalProtocolError::InvalidArgument("the phone is gone".to_owned());
        let Edit {
            account, journal, ..
        } = self.edit(phone).ok_or_else(gone)?;
        let sealed = account.phone.peer.encrypt(device, form, &pad(plain));
        account.phone.save_keys(phone, journal);
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
        let known = match device.is_phone() {
            true => self.account(device).is_some(),
            false => self.companion(device).is_some(),
        };
        if !known || self.faults.strikes(Some(device), &Fault::KeysWithheld) {
            return None;
        }
        let exhausted = self.faults.strikes(Some(device), &Fault::PrekeysExhausted);
        let Edit {
            account, journal, ..
        } = self.edit(&device.phone)?;
        if device.is_phone() {
            let mut bundle = account.phone.peer.bundle().ok()?;
            account.phone.save_keys(&device.phone, journal);
            bundle.one_time.take_if(|_| exhausted);
            return Some(bundle);
        }
        let companion = account.companions.get_mut(&device.device)?;
        if exhausted {
            return Some(companion.signed_bundle(None));
        }
        let bundle = companion.bundle(device, journal);
        let left = companion.one_time.len();
        if bundle.one_time.is_some() && LOW.contains(&left) {
            let count = NodeBuilder::new("count").attr("value", left).build();
            let news = stanza::notification(stanza::server(), "encrypt", count);
            self.deliver(device, news);
        }
        Some(bundle)
    }
}

/// The message that carries a sender key.
fn distribution(chat: &Jid, key: Vec<u8>) -> Message {
    let key = SenderKeyDistributionMessage {
        group_id: Some(chat.to_string()),
        axolotl_sender_key_distribution_message: Some(key),
    };
    Message {
        sender_key_distribution_message: MessageField::some(key),
        ..Default::default()
    }
}

/// 1 to 16 bytes of padding, each of which says how many there are.
fn pad(plain: &[u8]) -> Vec<u8> {
    let count = 1 + keys::random::<1>()[0] % 16;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + usize::from(count), count);
    padded
}
