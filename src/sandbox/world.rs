//! Everything the server knows, with one owner: accounts, devices, connections, files and faults.

mod accounts;
mod channels;
mod closing;
mod delivery;
mod files;
mod groups;
mod restore;
mod settings;
mod webhooks;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use serde_json::Value;

use super::account::Account;
use super::address::Address;
use super::after::After;
use super::calls::Calls;
use super::certificate::ServerKeys;
use super::channel::Channels;
use super::counters::Counters;
use super::faults::Faults;
use super::group::Groups;
use super::keys::{self, Key32};
use super::link::Link;
use super::mail::Mail;
use super::media::Media;
use super::persistence::{Change, Journal};
use super::registration::Registration;
use super::routing::bursts::Bursts;
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
    /// Batches of its queue that the device has asked for, and that it was not given yet.
    pub batches_asked: u32,
}

/// All state of the server. What several subjects change is open to them; what one of them owns, or
/// what has to be written down with every change, is changed by its methods.
pub struct World {
    /// By phone number.
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) connections: HashMap<Address, Connection>,
    /// Unpaired connections, by the id of their link.
    pub(super) registrations: HashMap<u64, Registration>,
    pub(super) subscriptions: Subscriptions,
    pub(super) faults: Faults,
    pub(super) mail: Mail,
    pub(super) bursts: Bursts,
    pub(super) calls: Calls,
    keys: ServerKeys,
    /// `host:port` that media addresses name.
    host: String,
    /// Signs upload tokens, so that a token of another server is refused.
    media_secret: Key32,
    /// Phone numbers by LID.
    lids: HashMap<String, String>,
    /// Phone numbers of accounts by the other numbers under which they are found.
    also: HashMap<String, String>,
    groups: Groups,
    channels: Channels,
    /// Devices whose next message is to arrive spoilt.
    corrupt: HashSet<Address>,
    media: Media,
    /// What was received as somebody's webhooks.
    webhooks: VecDeque<Value>,
    counters: Counters,
    pub(super) journal: Journal,
    after: Vec<After>,
    /// Work for a moment from now.
    later: Vec<(Duration, After)>,
}

impl World {
    /// An empty server. One that is not `persistent` notes no changes.
    pub fn new(keys: ServerKeys, persistent: bool) -> Self {
        Self {
            accounts: BTreeMap::new(),
            connections: HashMap::new(),
            registrations: HashMap::new(),
            subscriptions: Subscriptions::default(),
            faults: Faults::default(),
            mail: Mail::default(),
            bursts: Bursts::default(),
            calls: Calls::default(),
            keys,
            host: String::new(),
            media_secret: keys::random(),
            lids: HashMap::new(),
            also: HashMap::new(),
            groups: Groups::default(),
            channels: Channels::default(),
            corrupt: HashSet::new(),
            media: Media::default(),
            webhooks: VecDeque::new(),
            counters: Counters::default(),
            journal: Journal::new(persistent),
            after: Vec::new(),
            later: Vec::new(),
        }
    }

    pub fn keys(&self) -> &ServerKeys {
        &self.keys
    }

    /// `host:port` under which clients find this server.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Says under which `host:port` this server is found.
    pub fn listens_on(&mut self, host: &str) {
        host.clone_into(&mut self.host);
    }

    /// Counts what has just happened.
    pub fn count(&mut self, event: impl FnOnce(&mut Counters)) {
        event(&mut self.counters);
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Leaves work for when the present stanza is answered.
    pub fn then(&mut self, work: After) {
        self.after.push(work);
    }

    /// Leaves work for when some time has passed.
    pub fn later(&mut self, delay: Duration, work: After) {
        self.later.push((delay, work));
    }

    /// The work that is due now, in order. Doing it may leave more.
    pub fn take_due(&mut self) -> Vec<After> {
        std::mem::take(&mut self.after)
    }

    /// The work for later that was left since the last call, with its delays.
    pub fn take_later(&mut self) -> Vec<(Duration, After)> {
        std::mem::take(&mut self.later)
    }

    /// What changed since the last call, for the writer.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.journal.take()
    }
}
