//! The phone of an account: a Signal peer with an inbox that a test can read.

mod bootstrap;
mod bundle;
pub mod calling;
mod company;
pub mod composing;
mod content;
pub mod known;
mod letter;
mod names;
mod outgoing;
mod peer;
pub mod reading;
mod receiving;
pub mod say;
mod sealing;
pub mod seen;
mod stores;

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wacore_libsignal::protocol::{
    GenericSignedPreKey, IdentityKey, IdentityKeyPair, PreKeyRecord, SenderKeyRecord,
    SessionRecord, SignedPreKeyRecord,
};

use wacore_binary::Jid;

use super::address::Address;
use super::deliveries::Deliveries;
use super::keys;
use super::persistence::{Journal, PersistenceError, Record, in_order};

pub use bundle::Bundle;
pub use content::{Content, MediaType};
use letter::Letter;
pub use peer::Peer;
use stores::Names;

/// Messages a phone keeps, some hundred bytes each; the oldest go first.
const INBOX: usize = 5000;
/// The kind of a status that its author has taken back.
const DELETED: &str = "deleted";
/// Own messages a phone can send again when a device could not decrypt them.
const SENT: usize = 64;
const ATTEMPTS: usize = 256;

/// A message that arrived and was decrypted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Received {
    pub id: String,
    /// PN JID of the account that wrote it.
    pub from: String,
    /// `status@broadcast`, or the JID of the other side.
    pub chat: String,
    /// "text", "image", …
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of a file; also in `text`, so that a reader may look for either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<ReceivedMedia>,
    /// All of it, under WhatsApp's own names, bytes in base64; absent for a text and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Value>,
    /// All of it, in WhatsApp's own encoding; not kept over a restart.
    #[serde(skip)]
    pub encoded: Vec<u8>,
    /// What the stanza said besides the ciphertext; absent for a text without company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stanza: Option<Value>,
    /// What the message came in, by WhatsApp's own name of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// How often it came and could be decrypted; it is shown once.
    #[serde(default)]
    pub times: u64,
    /// Unix seconds.
    pub timestamp: u64,
}

/// A file that came with a message, as the phone found it after decrypting.
#[derive(Clone, Serialize, Deserialize)]
pub struct ReceivedMedia {
    #[serde(rename = "type")]
    pub media_type: String,
    pub mimetype: Option<String>,
    /// Bytes; absent with the hash when the file could not be fetched or decrypted.
    pub size: Option<u64>,
    /// Hex.
    pub sha256: Option<String>,
    /// What the message says of the file.
    #[serde(flatten)]
    pub told: Told,
}

/// What is shown of a file before it is fetched.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Told {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Bytes of the small picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<usize>,
}

/// Somebody has a message, or has read it.
#[derive(Clone, Serialize)]
pub struct Receipt {
    /// Of the message.
    pub id: String,
    /// WhatsApp's name of it; empty: it was delivered.
    #[serde(rename = "type")]
    pub kind: String,
    /// The device that says so.
    pub from: String,
}

/// Receipts that a phone remembers.
const RECEIPTS: usize = 1000;

/// A message of the phone's own, kept for a device that could not decrypt it.
#[derive(Clone)]
struct Sent {
    id: String,
    letter: Letter,
    /// Where it went; absent for a message to a companion about the account.
    chat: Option<Jid>,
}

/// A phone: its keys and sessions, and what it has received and sent.
pub struct Phone {
    pub peer: Peer,
    pub inbox: VecDeque<Received>,
    pub deliveries: Deliveries,
    /// What it was told of messages that were sent to others.
    pub receipts: VecDeque<Receipt>,
    next_inbox: u64,
    sent: VecDeque<Sent>,
    /// How often this phone asked for a message again.
    attempts: HashMap<String, u32>,
}

#[derive(Serialize, Deserialize)]
struct StoredPeer {
    #[serde(with = "keys::base64_bytes")]
    identity: Vec<u8>,
    registration_id: u32,
    #[serde(with = "keys::base64_bytes")]
    signed: Vec<u8>,
}

impl Phone {
    /// A new phone, with keys of its own.
    pub fn create() -> Self {
        Self::with(Peer::generate())
    }

    fn with(peer: Peer) -> Self {
        Self {
            peer,
            inbox: VecDeque::new(),
            deliveries: Deliveries::default(),
            receipts: VecDeque::new(),
            next_inbox: 0,
            sent: VecDeque::new(),
            attempts: HashMap::new(),
        }
    }

    /// Somebody has a message of this account, or has read it.
    pub fn is_told(&mut self, receipt: Receipt) {
        if self.receipts.len() >= RECEIPTS {
            self.receipts.pop_front();
        }
        self.receipts.push_back(receipt);
    }

    /// Where the file of a message lies that this phone has sent, and its key.
    pub fn file_of(&self, id: &str) -> Option<(String, Vec<u8>)> {
        let file = seen::describe(&self.sent(id)?.letter.message)?.file?;
        Some((file.direct_path?, file.media_key?))
    }

    /// Writes the identity; it never changes.
    pub fn save_identity(&self, owner: &str, journal: &mut Journal) {
        let signed = self.peer.signed.0.serialize();
        let stored = StoredPeer {
            identity: self.peer.identity().serialize().into_vec(),
            registration_id: self.peer.identities.registration_id,
            signed: signed.expect("a record in memory serializes"),
        };
        journal.put_json("phone", owner, "", &stored);
    }

    pub fn restore(record: &Record) -> Result<Self, PersistenceError> {
        let stored: StoredPeer = record.json()?;
        let corrupt = |_| record.corrupt();
        let own = IdentityKeyPair::try_from(stored.identity.as_slice()).map_err(corrupt)?;
        let signed = SignedPreKeyRecord::deserialize(&stored.signed).map_err(corrupt)?;
        Ok(Self::with(Peer::restore(
            own,
            stored.registration_id,
            signed,
        )))
    }

    /// Writes the sessions and keys that changed since the last call.
    pub fn save_keys(&mut self, owner: &str, journal: &mut Journal) {
        let peer = &mut self.peer;
        save(
            &mut peer.sessions.0,
            "phone-session",
            owner,
            journal,
            |r: &SessionRecord| r.serialize().ok(),
        );
        save(
            &mut peer.names,
            "phone-names",
            owner,
            journal,
            |names: &Names| serde_json::to_vec(names).ok(),
        );
        save(
            &mut peer.identities.peers,
            "phone-trust",
            owner,
            journal,
            |k: &IdentityKey| Some(k.serialize().to_vec()),
        );
        save(
            &mut peer.pre_keys.0,
            "phone-key",
            owner,
            journal,
            |r: &PreKeyRecord| r.serialize().ok(),
        );
        save(
            &mut peer.sender_keys.0,
            "phone-sender-key",
            owner,
            journal,
            |r: &SenderKeyRecord| r.serialize().ok(),
        );
    }

    /// Takes back one record that `save_keys` or `keep` wrote.
    pub fn restore_record(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let corrupt = |_| record.corrupt();
        let key = record.key.clone();
        let peer = &mut self.peer;
        match record.kind.as_str() {
            "phone-session" => {
                let session = SessionRecord::deserialize(&record.value).map_err(corrupt)?;
                peer.sessions.0.map.insert(key, session);
            }
            "phone-names" => {
                peer.names.map.insert(key, record.json()?);
            }
            "phone-trust" => {
                let identity = IdentityKey::decode(&record.value).map_err(corrupt)?;
                peer.identities.peers.map.insert(key, identity);
            }
            "phone-key" => {
                let id: u32 = key.parse().map_err(|_| record.corrupt())?;
                let pre_key = PreKeyRecord::deserialize(&record.value).map_err(corrupt)?;
                peer.pre_keys.0.map.insert(id, pre_key);
            }
            "phone-sender-key" => {
                let sender_key = SenderKeyRecord::deserialize(&record.value).map_err(corrupt)?;
                peer.sender_keys.0.map.insert(key, sender_key);
            }
            _ => {
                let sequence: u64 = key.parse().map_err(|_| record.corrupt())?;
                self.inbox.push_back(record.json()?);
                self.next_inbox = self.next_inbox.max(sequence + 1);
            }
        }
        Ok(())
    }

    /// Puts a decrypted message into the inbox.
    pub fn keep(&mut self, owner: &str, received: Received, journal: &mut Journal) {
        journal.put_json("phone-inbox", owner, &in_order(self.next_inbox), &received);
        self.next_inbox += 1;
        self.inbox.push_back(received);
        if self.inbox.len() > INBOX {
            let first = self.next_inbox - self.inbox.len() as u64;
            journal.delete("phone-inbox", owner, &in_order(first));
            self.inbox.pop_front();
        }
    }

    /// Nothing is left of a status but that it was there: it is not shown when it comes again.
    pub fn drop_status(&mut self, owner: &str, (author, id): (&str, &str), journal: &mut Journal) {
        let first = self.next_inbox - self.inbox.len() as u64;
        let inbox = self.inbox.iter_mut().zip(first..);
        for (received, place) in inbox.filter(|(received, _)| received.id == id) {
            if received.from != author || received.chat != "status@broadcast" {
                continue;
            }
            *received = Received {
                kind: DELETED.to_owned(),
                text: None,
                caption: None,
                media: None,
                message: None,
                encoded: Vec::new(),
                ..received.clone()
            };
            journal.put_json("phone-inbox", owner, &in_order(place), received);
        }
    }

    /// Ends the session with a device that is no longer linked.
    pub fn forget(&mut self, device: &Address, journal: &mut Journal) {
        self.peer.forget(device);
        self.save_keys(&device.phone, journal);
    }

    fn remember_sent(&mut self, sent: Sent) {
        self.sent.push_back(sent);
        if self.sent.len() > SENT {
            self.sent.pop_front();
        }
    }

    fn sent(&self, id: &str) -> Option<Sent> {
        self.sent.iter().find(|sent| sent.id == id).cloned()
    }

    /// Counts one more request for a message that could not be decrypted.
    fn attempt(&mut self, key: String) -> u32 {
        if self.attempts.len() >= ATTEMPTS {
            self.attempts.clear();
        }
        let count = self.attempts.entry(key).or_default();
        *count += 1;
        *count
    }
}

fn save<K, V>(
    tracked: &mut stores::Tracked<K, V>,
    kind: &'static str,
    owner: &str,
    journal: &mut Journal,
    serialize: impl Fn(&V) -> Option<Vec<u8>>,
) where
    K: Ord + std::hash::Hash + ToString,
{
    for key in std::mem::take(&mut tracked.touched) {
        match tracked.map.get(&key).and_then(&serialize) {
            Some(value) => journal.put(kind, owner, &key.to_string(), value),
            None => journal.delete(kind, owner, &key.to_string()),
        }
    }
}
