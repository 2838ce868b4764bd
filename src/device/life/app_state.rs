//! The app-state collections that this life still owes itself a look at.
//!
//! The library fetches what WhatsApp tells it of, but it forgets what it was fetching when the connection ends, and it
//! leaves out a collection that it is fetching already, though the news may be newer than that fetch. So every life
//! asks for all collections once, and again for those that were left out. What could not be fetched, or not be read for
//! want of a key, is kept and tried again when the phone has sent the key, or after a long pause.

use std::sync::{Arc, Weak};
use std::time::Duration;

use actix::Recipient;
use tokio::sync::watch;
use tracing::error;
use wacore::appstate::hash::HashState;
use wacore::store::traits::AppSyncStore;
pub use wacore_appstate::patch_decode::WAPatchName as Collection;
use whatsapp_rust::Client;
use whatsapp_rust::sync_task::MajorSyncTask;

use super::contacts::ContactBook;
use super::failpoints::{Failpoints, Point};
use super::runtime::{guarded, on_panic};
use crate::device::messages::Observed;
use crate::failure::Failure;
use crate::store::RecordBackend;
use crate::telemetry::Chain;

/// In the order in which they matter: contacts decide who gets a status.
const COLLECTIONS: [Collection; 5] = [
    Collection::CriticalUnblockLow,
    Collection::CriticalBlock,
    Collection::RegularHigh,
    Collection::Regular,
    Collection::RegularLow,
];

/// The library itself has tried for about four minutes before this.
const RETRY_PAUSE: Duration = Duration::from_secs(600);

#[derive(Debug, Default)]
struct Owed {
    waiting: Vec<Wanted>,
    fetching: Option<Collection>,
    /// Tried in vain.
    stuck: Vec<Wanted>,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    name: Collection,
    /// Everything anew, by snapshot.
    full: bool,
}

impl Owed {
    fn want(&mut self, wanted: Wanted) {
        self.stuck.retain(|stuck| stuck.name != wanted.name);
        match self
            .waiting
            .iter_mut()
            .find(|other| other.name == wanted.name)
        {
            Some(other) => other.full |= wanted.full,
            None => self.waiting.push(wanted),
        }
    }

    fn is_under_way(&self, name: Collection) -> bool {
        self.fetching == Some(name) || self.waiting.iter().any(|wanted| wanted.name == name)
    }
}

/// What one life owes.
#[derive(Clone)]
pub struct AppState {
    owed: Arc<watch::Sender<Owed>>,
    records: Arc<RecordBackend>,
    failpoints: Failpoints,
}

impl AppState {
    /// Owes everything. Nothing is fetched before `catch_up`.
    pub fn owing_all(records: Arc<RecordBackend>, failpoints: Failpoints) -> Self {
        let this = Self {
            owed: Arc::default(),
            records,
            failpoints,
        };
        this.owe(COLLECTIONS);
        this
    }

    /// Notes collections that must be fetched (again).
    pub fn owe(&self, names: impl IntoIterator<Item = Collection>) {
        self.want(names, false);
    }

    /// The same, and `full` means by snapshot. Whoever wants what is waiting already shares its fetch.
    pub fn want(&self, names: impl IntoIterator<Item = Collection>, full: bool) {
        let wanted = names.into_iter().map(|name| Wanted { name, full });
        self.owed
            .send_modify(|owed| wanted.for_each(|wanted| owed.want(wanted)));
    }

    /// Waits until this collection was fetched, or tried in vain, which is false; the caller sets the limit.
    pub async fn fetched(&self, name: Collection) -> bool {
        let mut owed = self.owed.subscribe();
        // It cannot fail: this handle holds the sender.
        let settled = owed.wait_for(|owed| !owed.is_under_way(name)).await;
        settled.is_ok_and(|owed| owed.stuck.iter().all(|stuck| stuck.name != name))
    }

    /// How far this collection has come.
    pub async fn version(&self, name: Collection) -> Result<u64, Failure> {
        let state = self.records.get_version(name.as_str()).await;
        state.map(|state| state.version).map_err(|error| {
            error!(error = %Chain(&error), "the version of a collection could not be read");
            Failure::Internal
        })
    }

    /// Fetches what is owed, now and later, as long as the client lives, and tells the actor when the phone owes a key.
    pub(in crate::device) fn catch_up(
        &self,
        client: &Arc<Client>,
        contacts: ContactBook,
        actor: Recipient<Observed>,
    ) {
        let on_panic = on_panic(&actor);
        let task = Fetching {
            client: Arc::downgrade(client),
            // Neither this task nor the client may keep the other alive.
            owed: Arc::downgrade(&self.owed),
            changes: self.owed.subscribe(),
            records: self.records.clone(),
            contacts,
            actor,
            key_missing: false,
            failpoints: self.failpoints.clone(),
        };
        // Not in the actor's context: a fetch that is cut off half-way would leave a version without its MACs.
        tokio::spawn(guarded(task.run(), on_panic));
    }

    /// Waits until nothing is owed that can be had now; the caller sets the limit.
    pub async fn caught_up(&self) {
        let settled = |owed: &Owed| owed.waiting.is_empty() && owed.fetching.is_none();
        // It cannot fail: this handle holds the sender.
        let _ = self.owed.subscribe().wait_for(settled).await;
    }
}

struct Fetching {
    client: Weak<Client>,
    owed: Weak<watch::Sender<Owed>>,
    changes: watch::Receiver<Owed>,
    records: Arc<RecordBackend>,
    contacts: ContactBook,
    actor: Recipient<Observed>,
    key_missing: bool,
    failpoints: Failpoints,
}

impl Fetching {
    async fn run(mut self) {
        self.failpoints.hit(Point::Task);
        while self.something_waits().await {
            let (Some(client), Some(owed)) = (self.client.upgrade(), self.owed.upgrade()) else {
                return;
            };
            let mut next = None;
            owed.send_modify(|owed| {
                if !owed.waiting.is_empty() {
                    next = Some(owed.waiting.remove(0));
                    owed.fetching = next.map(|wanted| wanted.name);
                }
            });
            let Some(wanted) = next else {
                continue;
            };
            let fetched = self.fetch(&client, wanted).await;
            owed.send_modify(|owed| {
                owed.fetching = None;
                if !fetched && !owed.is_under_way(wanted.name) {
                    owed.stuck.push(wanted);
                }
            });
            self.tell_of_keys();
        }
    }

    /// False when the life is over.
    async fn something_waits(&mut self) -> bool {
        let stuck = !self.changes.borrow().stuck.is_empty();
        let key_missing = self.key_missing;
        tokio::select! {
            waits = self.changes.wait_for(|owed| !owed.waiting.is_empty()) => return waits.is_ok(),
            () = self.records.progress().has_all_keys(), if key_missing => {}
            () = tokio::time::sleep(RETRY_PAUSE), if stuck => {}
        }
        self.tell_of_keys();
        if let Some(owed) = self.owed.upgrade() {
            owed.send_modify(|owed| owed.waiting.append(&mut owed.stuck));
        }
        true
    }

    /// Waits for a fetch of this collection that is under way, then fetches. The library requests keys that it lacks, and
    /// tries again for a while, but does not say what became of it.
    async fn fetch(&self, client: &Arc<Client>, wanted: Wanted) -> bool {
        let Wanted { name, full } = wanted;
        if full && !self.begin_anew(name).await {
            return false;
        }
        let progress = self.records.progress();
        let before = progress.steps(name.as_str());
        let all_contacts = full && name == Collection::CriticalUnblockLow;
        if all_contacts {
            self.contacts.snapshot_begins();
        }
        let task = MajorSyncTask::AppStateSync {
            name,
            full_sync: full,
        };
        client.process_sync_task(task).await;
        let after = progress.steps(name.as_str());
        let fetched = after.all > before.all && (!full || after.anew > before.anew);
        if all_contacts {
            self.contacts.snapshot_ends(fetched);
        }
        fetched
    }

    /// Forgets how far a collection has come: the library passes over a snapshot of what it has already.
    async fn begin_anew(&self, name: Collection) -> bool {
        let nothing = HashState::default();
        let forgotten = self.records.set_version(name.as_str(), nothing).await;
        forgotten.is_ok()
    }

    fn tell_of_keys(&mut self) {
        let missing = self.records.progress().lacks_key();
        if missing != self.key_missing {
            self.key_missing = missing;
            self.actor.do_send(Observed::KeyMissing(missing));
        }
    }
}
