//! Everything the server knows, with one owner: accounts, devices, connections, files and faults.

mod accounts;
mod closing;
mod delivery;
mod restore;
mod settings;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use serde::Serialize;

use super::account::Account;
use super::address::Address;
use super::after::After;
use super::certificate::ServerKeys;
use super::faults::Faults;
use super::group::Groups;
use super::keys::{self, Key32};
use super::link::Link;
use super::media::Media;
use super::persistence::Journal;
use super::registration::Registration;
use super::subscriptions::Subscriptions;

/// A logged-in device's connection.
pub struct Connection {
    pub link: Link,
    /// Queued stanzas up to this one are on their way already.
    pub sent: Option<u64>,
    /// The offline queue is drained: new stanzas go out as they come.
    pub live: bool,
    /// `passive active` or a pre-key upload has come: the device is up.
    pub active: bool,
    /// The device has said that somebody uses it.
    pub available: bool,
    /// The phone has begun to talk to the device.
    pub greeted: bool,
}

/// What has happened since the start.
#[derive(Default, Serialize)]
pub struct Counters {
    pub connections: u64,
    pub handshakes_failed: u64,
    pub pairings: u64,
    pub logins: u64,
    pub logins_refused: u64,
    pub queries: u64,
    pub queries_refused: u64,
    pub messages: u64,
    pub receipts: u64,
    /// Requests for a message that a device or phone could not read.
    pub retries: u64,
    pub decrypted: u64,
    pub undecryptable: u64,
    /// Messages to phones that were sealed with a message key for the second time.
    pub message_keys_reused: u64,
    pub uploads: u64,
    pub downloads: u64,
}

pub struct World {
    pub keys: ServerKeys,
    /// `host:port` that media addresses name.
    pub host: String,
    /// Signs upload tokens, so that a token of another server is refused.
    pub media_secret: Key32,
    pub accounts: BTreeMap<String, Account>,
    pub lids: HashMap<String, String>,
    pub connections: HashMap<Address, Connection>,
    pub registrations: HashMap<u64, Registration>,
    pub groups: Groups,
    pub subscriptions: Subscriptions,
    pub faults: Faults,
    /// Devices whose next message is to arrive spoilt.
    pub corrupt: HashSet<Address>,
    pub media: Media,
    /// What was received as somebody's webhooks.
    pub webhooks: VecDeque<serde_json::Value>,
    pub counters: Counters,
    pub journal: Journal,
    pub after: Vec<After>,
    /// Work for a moment from now.
    pub later: Vec<(Duration, After)>,
}

impl World {
    pub fn new(keys: ServerKeys, persistent: bool) -> Self {
        Self {
            keys,
            host: String::new(),
            media_secret: keys::random(),
            accounts: BTreeMap::new(),
            lids: HashMap::new(),
            connections: HashMap::new(),
            registrations: HashMap::new(),
            groups: Groups::default(),
            subscriptions: Subscriptions::default(),
            faults: Faults::default(),
            corrupt: HashSet::new(),
            media: Media::default(),
            webhooks: VecDeque::new(),
            counters: Counters::default(),
            journal: Journal::new(persistent),
            after: Vec::new(),
            later: Vec::new(),
        }
    }
}
