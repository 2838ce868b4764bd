//! A phone reads what arrives: decrypts, keeps, confirms, and asks again when it cannot.

use buffa::Message as _;
use serde_json::Value;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};
use wacore_libsignal::protocol::SignalProtocolError;
use waproto::whatsapp as wa;
use waproto::whatsapp::message::protocol_message::Type;

use super::seen::{File, describe};
use super::{Received, ReceivedMedia, company};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::edit::Edit;
use crate::sandbox::faults::Fault;
use crate::sandbox::stanza;
use crate::sandbox::world::World;
use crate::telemetry::Chain;

/// A phone gives a message up after asking this often.
const RETRIES: u32 = 5;

/// A message on its way into the phone.
struct Incoming {
    author: Address,
    /// By which of its two names the author is called.
    form: Form,
    from: Jid,
    id: String,
    participant: Option<Jid>,
    /// What the stanza says besides.
    stanza: Option<Value>,
    /// Phones show buttons only where the stanza says that there are some.
    shows_buttons: bool,
}

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("the ciphertext does not decrypt")]
    Signal(#[from] SignalProtocolError),
    #[error("the plaintext is malformed")]
    Plaintext,
    #[error("there is nothing to decrypt")]
    Empty,
}

impl Unreadable {
    /// Another message was sealed with the same key before: sessions and sender keys have each key once.
    fn is_reuse(&self) -> bool {
        matches!(
            self,
            Self::Signal(SignalProtocolError::DuplicatedMessage(..))
        )
    }
}

impl World {
    /// A stanza reaches a phone: a message is read, a request to send again is followed.
    pub fn phone_takes(&mut self, phone: &str, node: &Node) {
        match node.tag.as_ref() {
            "message" if is_post(node) => self.phone_reads_post(phone, node),
            "message" => self.phone_reads(phone, node),
            "receipt" => self.phone_sees_receipt(phone, node),
            _ => {}
        }
    }

    fn phone_reads(&mut self, phone: &str, node: &Node) {
        let Some(incoming) = self.incoming(node) else {
            return;
        };
        let own = Address::phone(phone);
        let outcome = self.phone_decrypts(phone, &incoming, node);
        if let Some(Edit {
            account, journal, ..
        }) = self.edit(phone)
        {
            account.phone.save_keys(phone, journal);
        }
        let answer = match outcome {
            Ok(messages) => {
                self.count(|seen| seen.decrypted += 1);
                for message in messages {
                    self.phone_accepts(phone, &incoming, message);
                }
                Some(delivered(phone, &incoming, node))
            }
            // Some clients send no sender key to the phone of their own account, and stumble over a
            // retry from it. What the real phone does is unknown; this one goes without the copy.
            Err(_) if incoming.participant.is_some() && incoming.author.phone == phone => None,
            Err(error) => {
                self.count(|seen| seen.undecryptable += 1);
                if error.is_reuse() && !self.has_read(phone, &incoming) {
                    self.count(|seen| seen.message_keys_reused += 1);
                    let enc = stanza::child(node, "enc");
                    let kind = enc.and_then(|enc| stanza::attr(enc, "type"));
                    tracing::warn!(kind = kind.as_deref(), error = %Chain(&error), "a message key was used for the second time");
                }
                let many = incoming.participant.is_some();
                tracing::info!(error = %Chain(&error), many, "a phone could not read a message");
                self.ask_again(phone, &incoming)
            }
        };
        if let Some(answer) = answer {
            self.relay_receipt(&own, &answer);
        }
    }

    /// Whether this is a second copy of a message that the phone has.
    fn has_read(&self, phone: &str, incoming: &Incoming) -> bool {
        let account = self.accounts.get(phone);
        account.is_some_and(|account| {
            let mut inbox = account.phone.inbox.iter();
            inbox.any(|received| received.id == incoming.id)
        })
    }

    /// Counts a message that is there already. Whether it is.
    fn came_again(&mut self, phone: &str, incoming: &Incoming) -> bool {
        let Some(account) = self.accounts.get_mut(phone) else {
            return false;
        };
        let mut inbox = account.phone.inbox.iter_mut();
        let known = inbox.find(|received| received.id == incoming.id);
        known.is_some_and(|received| {
            received.times += 1;
            true
        })
    }

    fn incoming(&self, node: &Node) -> Option<Incoming> {
        let from = stanza::jid(node, "from")?;
        let participant = stanza::jid(node, "participant");
        let (author, form) = self.resolve(participant.as_ref().unwrap_or(&from))?;
        Some(Incoming {
            author,
            form,
            from,
            id: stanza::id(node),
            participant,
            stanza: company::shown(node),
            shows_buttons: company::announces_buttons(node),
        })
    }

    fn phone_decrypts(
        &mut self,
        phone: &str,
        incoming: &Incoming,
        node: &Node,
    ) -> Result<Vec<wa::Message>, Unreadable> {
        let Some(account) = self.accounts.get_mut(phone) else {
            return Ok(Vec::new());
        };
        let peer = &mut account.phone.peer;
        let (author, form) = (&incoming.author, incoming.form);
        let mut messages = Vec::new();
        for enc in node.get_children_by_tag("enc") {
            let sealed = stanza::bytes(enc).ok_or(Unreadable::Empty)?;
            let padded = match stanza::attr(enc, "type").as_deref() {
                Some("pkmsg") => peer.decrypt_pre_key(author, form, sealed)?,
                Some("msg") => peer.decrypt_message(author, form, sealed)?,
                Some("skmsg") => peer.decrypt_group(&incoming.from.to_string(), author, sealed)?,
                _ => return Err(Unreadable::Plaintext),
            };
            let plain = unpad(&padded).ok_or(Unreadable::Plaintext)?;
            let message =
                waproto::codec::message_decode(plain).map_err(|_| Unreadable::Plaintext)?;
            if let Some(key) = message.sender_key_distribution_message.as_option() {
                let group = key.group_id.as_deref().unwrap_or_default();
                let bytes = key.axolotl_sender_key_distribution_message.as_deref();
                peer.learn_sender_key(group, author, bytes.ok_or(Unreadable::Plaintext)?)?;
            }
            messages.push(message);
        }
        if messages.is_empty() {
            Err(Unreadable::Empty)
        } else {
            Ok(messages)
        }
    }

    /// Acts on a message to the phone itself, and keeps one that a person would see.
    fn phone_accepts(&mut self, phone: &str, incoming: &Incoming, message: wa::Message) {
        let sent_by_companion = message.device_sent_message.as_option().cloned();
        let (message, destination) = match sent_by_companion {
            Some(sent) => (
                sent.message.into_option().unwrap_or_default(),
                sent.destination_jid,
            ),
            None => (message, None),
        };
        if let Some(protocol) = message.protocol_message.as_option()
            && protocol.r#type == Some(Type::APP_STATE_SYNC_KEY_REQUEST)
        {
            let author = Some(&incoming.author);
            if incoming.author.phone == phone && !self.faults.strikes(author, &Fault::KeySilence) {
                self.share_sync_keys(&incoming.author);
            }
            return;
        }
        let Some(seen) = describe(&message) else {
            return;
        };
        // A message that was sent twice under one id is shown once.
        if self.came_again(phone, incoming) {
            return;
        }
        if message.interactive_message.is_set() && !incoming.shows_buttons {
            return;
        }
        if incoming.from.is_status_broadcast()
            && let Some(key) = revoked(&message)
        {
            self.phone_drops(phone, incoming, key);
        }
        let media = seen.file.map(|file| self.received_media(file));
        let caption = seen.text.clone().filter(|_| media.is_some());
        let Some(from) = self
            .user(&incoming.author, Form::Pn)
            .map(|jid| jid.to_string())
        else {
            return;
        };
        let chat = match destination {
            Some(destination) => destination,
            None if incoming.participant.is_some() => incoming.from.to_string(),
            None => from.clone(),
        };
        let received = Received {
            id: incoming.id.clone(),
            from,
            chat,
            kind: seen.kind,
            text: seen.text,
            caption,
            media,
            message: seen.message,
            encoded: message.encode_to_vec(),
            stanza: incoming.stanza.clone(),
            envelope: seen.envelope.map(str::to_owned),
            times: 1,
            timestamp: stanza::now(),
        };
        if let Some(Edit {
            account, journal, ..
        }) = self.edit(phone)
        {
            account.phone.keep(phone, received, journal);
        }
    }

    /// A status is gone from the phone when whoever posted it says so.
    fn phone_drops(&mut self, phone: &str, incoming: &Incoming, id: &str) {
        let author = self.user(&incoming.author, Form::Pn);
        let author = author.map(|jid| jid.to_string()).unwrap_or_default();
        if let Some(Edit {
            account, journal, ..
        }) = self.edit(phone)
        {
            account.phone.drop_status(phone, (&author, id), journal);
        }
    }

    /// Fetches and decrypts a file, as a phone does that downloads everything.
    fn received_media(&mut self, file: File) -> ReceivedMedia {
        let path = file.direct_path.unwrap_or_default();
        let key = file.media_key.unwrap_or_default();
        let plain = self
            .media_mut()
            .describe(&path, &key, file.media_type.kind());
        ReceivedMedia {
            media_type: file.media_type.name().to_owned(),
            mimetype: file.mimetype,
            size: plain.map(|plain| plain.size),
            sha256: plain.map(|plain| hex::encode(plain.sha256)),
            told: file.told,
        }
    }

    /// The receipt with which a phone asks for a message once more, with fresh keys in it.
    fn ask_again(&mut self, phone: &str, incoming: &Incoming) -> Option<Node> {
        let Edit {
            account, journal, ..
        } = self.edit(phone)?;
        let count = account
            .phone
            .attempt(format!("{}/{}", incoming.author, incoming.id));
        if count > RETRIES {
            return None;
        }
        let bundle = account.phone.peer.bundle().ok()?;
        account.phone.save_keys(phone, journal);
        let retry = NodeBuilder::new("retry")
            .attr("v", 1)
            .attr("count", count)
            .attr("id", incoming.id.as_str())
            .attr("t", stanza::now())
            .build();
        let registration = stanza::leaf(
            "registration",
            bundle.registration_id.to_be_bytes().as_slice(),
        );
        let keys = NodeBuilder::new("keys").children(bundle.nodes());
        let mut receipt = NodeBuilder::new("receipt")
            .attr("to", incoming.from.clone())
            .attr("id", incoming.id.as_str())
            .attr("type", "retry");
        if let Some(participant) = &incoming.participant {
            receipt = receipt.attr("participant", participant.clone());
        }
        Some(
            receipt
                .children([retry, registration, keys.build()])
                .build(),
        )
    }

    /// Every phone that has read this status, or message to a group, is restored from an old backup: it has lost the key
    /// to it, and asks for it again. All ask at the same moment; returns how many they are.
    pub fn phones_ask_again(&mut self, author: &Address, chat: &Jid, id: &str) -> usize {
        let Some(participant) = self.jid(author, Form::Lid) else {
            return 0;
        };
        let readers = self.accounts.iter().filter(|(phone, account)| {
            let mut inbox = account.phone.inbox.iter();
            **phone != author.phone && inbox.any(|message| message.id == id)
        });
        let readers: Vec<String> = readers.map(|(phone, _)| phone.clone()).collect();
        let incoming = Incoming {
            author: author.clone(),
            form: Form::Lid,
            from: chat.clone(),
            id: id.to_owned(),
            participant: Some(participant),
            stanza: None,
            shows_buttons: false,
        };
        let mut receipts = Vec::with_capacity(readers.len());
        for phone in &readers {
            if let Some(account) = self.accounts.get_mut(phone) {
                let peer = &mut account.phone.peer;
                peer.forget_sender_key(&chat.to_string(), author);
            }
            receipts.extend(self.ask_again(phone, &incoming));
        }
        for (phone, receipt) in readers.iter().zip(&receipts) {
            self.relay_receipt(&Address::phone(phone), receipt);
        }
        receipts.len()
    }

    fn phone_sees_receipt(&mut self, phone: &str, node: &Node) {
        if stanza::attr(node, "type").as_deref() != Some("retry") {
            return;
        }
        let Some(incoming) = self.incoming(node) else {
            return;
        };
        let count = stanza::child(node, "retry").and_then(|retry| stanza::attr(retry, "count"));
        let count: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(1);
        if count <= RETRIES {
            self.phone_resends(phone, &incoming.author, incoming.form, &incoming.id, count);
        }
    }
}

/// The id of what a message takes back.
fn revoked(message: &wa::Message) -> Option<&str> {
    let protocol = message.protocol_message.as_option()?;
    let revokes = protocol.r#type.unwrap_or(Type::REVOKE) == Type::REVOKE;
    let key = protocol.key.as_option().filter(|_| revokes)?;
    key.id.as_deref()
}

/// Whether a message comes from a channel, where nothing is encrypted.
fn is_post(node: &Node) -> bool {
    stanza::jid(node, "from").is_some_and(|from| from.is_newsletter())
}

/// The delivery receipt. To one's own device it says that the phone has the copy.
fn delivered(phone: &str, incoming: &Incoming, node: &Node) -> Node {
    let mut receipt = NodeBuilder::new("receipt")
        .attr("to", incoming.from.clone())
        .attr("id", incoming.id.as_str());
    if let Some(participant) = &incoming.participant {
        receipt = receipt.attr("participant", participant.clone());
    }
    if incoming.author.phone == phone {
        let peer = node.attrs.contains_key("category");
        receipt = receipt.attr("type", if peer { "peer_msg" } else { "sender" });
        if let Some(recipient) = stanza::jid(node, "recipient") {
            receipt = receipt.attr("recipient", recipient);
        }
    }
    receipt.build()
}

/// 1 to 16 bytes of padding, each of which says how many there are.
fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*padded.last()?);
    let length = padded.len().checked_sub(count)?;
    let (plain, padding) = padded.split_at(length);
    (count > 0 && padding.iter().all(|byte| usize::from(*byte) == count)).then_some(plain)
}
