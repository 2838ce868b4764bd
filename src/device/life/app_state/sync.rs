//! Fetches what a life owes, now and later, as long as it lasts.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use wacore::appstate::hash::HashState;
use wacore::store::traits::AppSyncStore;
use whatsapp_rust::Client;
use whatsapp_rust::sync_task::MajorSyncTask;

use super::{CONTACTS, Collection, State, Wanted};
use crate::device::life::Life;
use crate::device::life::failpoints::Point;
use crate::device::life::runtime::{guarded, on_panic};
use crate::device::messages::Observed;
use crate::store::RecordBackend;
use crate::telemetry::Chain;

/// The library itself has tried for about four minutes before this.
const RETRY_PAUSE: Duration = Duration::from_secs(600);
/// How often everything is fetched anew before it counts as tried in vain.
const TRIES: u32 = 3;
const TRY_PAUSE: Duration = Duration::from_millis(300);

/// Fetches what is owed, and tells the actor when the phone owes a key.
pub fn start(life: &Arc<Life>, client: &Arc<Client>) {
    let on_panic = on_panic(&life.actor);
    let task = Sync {
        life: Arc::downgrade(life),
        client: Arc::downgrade(client),
        changes: life.owed.0.subscribe(),
        records: life.records.clone(),
        key_missing: false,
        unsynced: false,
    };
    // Not in the actor's context: a fetch that is cut off half-way would leave a version without its MACs.
    tokio::spawn(guarded(task.run(), on_panic));
}

/// It keeps neither life nor client alive but while it fetches, and ends with the life.
struct Sync {
    life: Weak<Life>,
    client: Weak<Client>,
    changes: watch::Receiver<State>,
    records: Arc<RecordBackend>,
    key_missing: bool,
    unsynced: bool,
}

impl Sync {
    async fn run(mut self) {
        if let Some(life) = self.life.upgrade() {
            life.failpoints.hit(Point::Task);
            remember_removals(&life).await;
        }
        while self.something_waits().await {
            let (Some(life), Some(client)) = (self.life.upgrade(), self.client.upgrade()) else {
                return;
            };
            let Some(wanted) = life.owed.take() else {
                continue;
            };
            // In a box, which is there while it is needed.
            let fetched = Box::pin(fetch(&life, &client, wanted)).await;
            // First: whoever waits until all is there must not go on in between.
            life.look_for_removals();
            life.owed.settle(wanted, fetched);
            self.tell_of_keys(&life);
            self.tell_of_the_rest(&life);
        }
    }

    /// False when the life is over.
    async fn something_waits(&mut self) -> bool {
        let stuck = !self.changes.borrow().stuck.is_empty();
        let key_missing = self.key_missing;
        tokio::select! {
            waits = self.changes.wait_for(|owed| !owed.waiting.is_empty()) => return waits.is_ok(),
            () = self.records.progress().has_all_keys(), if key_missing => {}
            () = self.records.progress().has_removals() => {
                let life = self.life.upgrade();
                return life.is_some_and(|life| {
                    life.look_for_removals();
                    true
                });
            }
            () = tokio::time::sleep(RETRY_PAUSE), if stuck => {}
        }
        let Some(life) = self.life.upgrade() else {
            return false;
        };
        self.tell_of_keys(&life);
        life.owed.retry();
        true
    }

    /// Tells what could not be fetched, whatever the reason, once nothing else is under way.
    fn tell_of_the_rest(&mut self, life: &Life) {
        let stuck = life.owed.stuck();
        if life.owed.is_fetching() || self.unsynced != stuck.is_empty() {
            return;
        }
        self.unsynced = !stuck.is_empty();
        if self.unsynced {
            let device = life.plan.device;
            let collections = stuck.iter().map(|name| name.as_str());
            let collections = collections.collect::<Vec<_>>().join(", ");
            tracing::warn!(device.id = %device, collections, "part of the app state could not be fetched, or does not verify");
        }
        life.actor.do_send(Observed::Unsynced(self.unsynced));
    }

    fn tell_of_keys(&mut self, life: &Life) {
        let missing = self.records.progress().lacks_key();
        if missing != self.key_missing {
            self.key_missing = missing;
            life.actor.do_send(Observed::KeyMissing(missing));
        }
    }
}

/// Fetches, and once more where the library was at the same collection: what it writes meanwhile makes a snapshot count as
/// old.
async fn fetch(life: &Life, client: &Arc<Client>, wanted: Wanted) -> bool {
    for attempt in 0..TRIES {
        tokio::time::sleep(TRY_PAUSE * attempt).await;
        if fetch_once(life, client, wanted).await {
            return true;
        }
        if !wanted.full || life.records.progress().lacks_key() {
            break;
        }
    }
    false
}

/// Waits for a fetch of this collection that is under way, then fetches. The library requests keys that it lacks, and
/// tries again for a while, but does not say what became of it.
async fn fetch_once(life: &Life, client: &Arc<Client>, wanted: Wanted) -> bool {
    let Wanted { name, full } = wanted;
    if full && !begin_anew(&life.records, name).await {
        return false;
    }
    let progress = life.records.progress();
    let before = progress.steps(name.as_str());
    let all_contacts = full && name == CONTACTS;
    if all_contacts {
        life.contacts.snapshot_begins();
    }
    let task = MajorSyncTask::AppStateSync {
        name,
        full_sync: full,
    };
    client.process_sync_task(task).await;
    let after = progress.steps(name.as_str());
    let fetched = after.all > before.all && (!full || after.anew > before.anew);
    if all_contacts {
        life.contacts.snapshot_ends(fetched);
    }
    if all_contacts && fetched {
        life.contacts.settle().await;
        // A write that failed ends the life, which logs why.
        let _ = life.records.forget_removals(name.as_str()).await;
    }
    fetched
}

/// What an earlier life knew to have been removed, and had no time to find out.
async fn remember_removals(life: &Life) {
    match life.records.has_removals(CONTACTS.as_str()).await {
        Ok(true) => life.owed.want([CONTACTS], true),
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(device.id = %life.plan.device, error = %Chain(&error), "whether contacts were removed could not be read");
        }
    }
}

/// Forgets how far a collection has come: the library passes over a snapshot of what it has already.
async fn begin_anew(records: &RecordBackend, name: Collection) -> bool {
    let nothing = HashState::default();
    let forgotten = records.set_version(name.as_str(), nothing).await;
    // Whatever it was, the write that failed ends the life, which logs why.
    forgotten.is_ok()
}
