//! Everything the server knows, with one owner: accounts, devices, connections, files and faults.

mod accounts;
mod closing;
mod delivery;
mod restore;
mod settings;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use wacore_binary::Node;

use super::account::Account;
use super::address::Address;
use super::certificate::ServerKeys;
use super::faults::Faults;
use super::groups::Groups;
use super::keys::{self, Key32};
use super::link::Link;
use super::media::Media;
use super::pairing::{Registration, Waiter};
use super::persistence::{Journal, Writer};
use super::routing::Subscriptions;

pub use accounts::{AccountError, is_phone};
pub use delivery::info;
pub use settings::block_hash;

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

/// Work that belongs after the answer to the stanza that caused it.
pub enum After {
    Synced {
        author: Address,
        collections: Vec<(&'static str, u64)>,
    },
    Unlinked {
        device: Address,
    },
    /// The companion's code was right: its account is offered to it.
    Offered {
        registration: u64,
        phone: String,
        adv_secret: Key32,
        waiter: Waiter,
    },
    /// The phone's next step with a new companion.
    Bootstrap {
        device: Address,
    },
    Announced {
        device: Address,
    },
    /// An answer that a fault held back.
    Answered {
        link: Link,
        answer: Node,
    },
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

    /// Does what an answered stanza left behind, and what that leaves behind in turn.
    pub fn settle(&mut self) {
        while !self.after.is_empty() {
            for work in std::mem::take(&mut self.after) {
                match work {
                    After::Synced {
                        author,
                        collections,
                    } => self.tell_synced(&author, &collections),
                    After::Unlinked { device } => self.unlink(&device),
                    After::Bootstrap { device } => self.bootstrap(&device),
                    After::Offered {
                        registration,
                        phone,
                        adv_secret,
                        waiter,
                    } => self.offer(registration, &phone, &adv_secret, waiter),
                    After::Announced { device } => self.announce_devices(&device),
                    After::Answered { link, answer } => link.send(answer),
                }
            }
        }
    }
}

/// The world behind its lock, with the thread that keeps it on disk.
pub struct Shared {
    world: Mutex<World>,
    writer: Mutex<Option<Writer>>,
}

impl Shared {
    pub fn new(world: World, writer: Option<Writer>) -> Self {
        Self {
            world: Mutex::new(world),
            writer: Mutex::new(writer),
        }
    }

    /// Writes what is queued and closes the file; later changes stay in memory.
    pub fn close(&self) {
        drop(self.writer.lock().take());
    }

    /// Runs one event. Its changes are handed to the writer together and in order, so that a
    /// killed server is found again between two events, never inside one.
    pub fn with<T>(self: &Arc<Self>, event: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock();
        let outcome = event(&mut world);
        world.settle();
        let changes = world.journal.take();
        let later = std::mem::take(&mut world.later);
        if let Some(writer) = self.writer.lock().as_ref() {
            writer.submit(changes);
        }
        drop(world);
        for (delay, work) in later {
            self.postpone(delay, work);
        }
        outcome
    }

    fn postpone(self: &Arc<Self>, delay: Duration, work: After) {
        let shared = self.clone();
        actix_web::rt::spawn(async move {
            tokio::time::sleep(delay).await;
            shared.with(|world| world.after.push(work));
        });
    }
}
