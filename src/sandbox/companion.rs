//! One registered linked device: its keys, and the stanzas it has not acknowledged yet.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wacore_binary::Node;

use super::address::Address;
use super::deliveries::Deliveries;
use super::keys::{self, Key32};
use super::persistence::{Journal, PersistenceError, Record, in_order};
use super::phone::Bundle;
use super::stanza;

/// Stanzas kept for a device that does not acknowledge; the oldest is lost beyond this.
const QUEUE: usize = 5000;
/// One-time keys that are kept for one device; more are passed over.
pub const ONE_TIME_KEYS: usize = 5000;

/// A signed pre-key.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignedKey {
    pub id: u32,
    #[serde(with = "keys::base64_bytes")]
    pub value: Key32,
    #[serde(with = "keys::base64_bytes")]
    pub signature: Vec<u8>,
}

/// How far the phone is with what a new companion gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bootstrap {
    New,
    KeysShared,
    Done,
}

/// What pairing fixed, and what the device changes later about itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registered {
    pub device: u16,
    pub key_index: u32,
    pub registration_id: u32,
    #[serde(with = "keys::base64_bytes")]
    pub noise_static: Key32,
    #[serde(with = "keys::base64_bytes")]
    pub identity: Key32,
    pub signed_key: SignedKey,
    /// ADVSignedDeviceIdentity with both signatures.
    #[serde(with = "keys::base64_bytes")]
    pub device_identity: Vec<u8>,
    pub platform: String,
    pub paired_at: u64,
    pub bootstrap: Bootstrap,
    /// Until when the device knows the account's settings, by its own word. Unix seconds.
    #[serde(default)]
    pub cleaned: u64,
    #[serde(skip)]
    next_sequence: u64,
}

/// A stanza on its way, as bytes: a queue of thousands must stay small.
pub struct Pending {
    pub sequence: u64,
    pub tag: String,
    pub id: String,
    pub bytes: Bytes,
}

impl Pending {
    /// The stanza once more as a node; `None` when its bytes are damaged.
    pub fn node(&self) -> Option<Node> {
        stanza::unmarshal(&self.bytes)
    }
}

/// A linked device.
pub struct Companion {
    pub registered: Registered,
    pub one_time: BTreeMap<u32, Key32>,
    pub queue: VecDeque<Pending>,
    pub deliveries: Deliveries,
}

impl Registered {
    /// What is known from the registration and the pairing; the rest comes later.
    #[allow(clippy::too_many_arguments)]
    pub fn paired(
        device: u16,
        key_index: u32,
        registration_id: u32,
        noise_static: Key32,
        identity: Key32,
        signed_key: SignedKey,
        device_identity: Vec<u8>,
        platform: String,
    ) -> Self {
        Self {
            device,
            key_index,
            registration_id,
            noise_static,
            identity,
            signed_key,
            device_identity,
            platform,
            paired_at: stanza::now(),
            bootstrap: Bootstrap::New,
            cleaned: 0,
            next_sequence: 0,
        }
    }
}

impl Companion {
    pub fn new(registered: Registered) -> Self {
        Self {
            registered,
            one_time: BTreeMap::new(),
            queue: VecDeque::new(),
            deliveries: Deliveries::default(),
        }
    }

    /// Its published keys; the one-time key is used up by this.
    pub fn bundle(&mut self, address: &Address, journal: &mut Journal) -> Bundle {
        let one_time = self.one_time.pop_first();
        if let Some((id, _)) = one_time {
            journal.delete("pre-key", &address.to_string(), &id.to_string());
        }
        self.signed_bundle(one_time)
    }

    /// Its published keys, with this one-time key or none.
    pub fn signed_bundle(&self, one_time: Option<(u32, Key32)>) -> Bundle {
        let registered = &self.registered;
        Bundle {
            registration_id: registered.registration_id,
            identity: registered.identity,
            signed_id: registered.signed_key.id,
            signed_key: registered.signed_key.value,
            signature: registered.signed_key.signature.clone(),
            one_time,
        }
    }

    pub fn add_one_time(&mut self, address: &Address, id: u32, key: Key32, journal: &mut Journal) {
        // An id that is already held keeps its key: adding it twice would hand out one key two times.
        if self.one_time.len() < ONE_TIME_KEYS && !self.one_time.contains_key(&id) {
            self.one_time.insert(id, key);
            journal.put(
                "pre-key",
                &address.to_string(),
                &id.to_string(),
                key.to_vec(),
            );
        }
    }

    pub fn save(&self, address: &Address, journal: &mut Journal) {
        let key = address.device.to_string();
        journal.put_json("device", &address.phone, &key, &self.registered);
    }

    /// Appends a stanza and returns its place in the queue.
    pub fn enqueue(
        &mut self,
        address: &Address,
        node: &Node,
        journal: &mut Journal,
    ) -> Option<(u64, Bytes)> {
        let bytes = stanza::marshal(node)?;
        let sequence = self.registered.next_sequence;
        self.registered.next_sequence += 1;
        journal.put(
            "queue",
            &address.to_string(),
            &in_order(sequence),
            bytes.to_vec(),
        );
        if self.queue.len() >= QUEUE
            && let Some(lost) = self.queue.pop_front()
        {
            journal.delete("queue", &address.to_string(), &in_order(lost.sequence));
        }
        self.queue.push_back(Pending {
            sequence,
            tag: node.tag.to_string(),
            id: stanza::id(node),
            bytes: bytes.clone(),
        });
        Some((sequence, bytes))
    }

    /// Drops the oldest waiting stanza with this tag and id.
    pub fn acknowledge(&mut self, address: &Address, tag: &str, id: &str, journal: &mut Journal) {
        let position = self.queue.iter().position(|p| p.tag == tag && p.id == id);
        if let Some(done) = position.and_then(|position| self.queue.remove(position)) {
            journal.delete("queue", &address.to_string(), &in_order(done.sequence));
        }
    }

    /// Takes back a stanza that `enqueue` wrote.
    pub fn restore_queued(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let sequence = record.key.parse().map_err(|_| record.corrupt())?;
        let mut pending = Pending {
            sequence,
            tag: String::new(),
            id: String::new(),
            bytes: record.value.clone().into(),
        };
        let node = pending.node().ok_or_else(|| record.corrupt())?;
        pending.tag = node.tag.to_string();
        pending.id = stanza::id(&node);
        self.queue.push_back(pending);
        self.registered.next_sequence = self.registered.next_sequence.max(sequence + 1);
        Ok(())
    }
}
