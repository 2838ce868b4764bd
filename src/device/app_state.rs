//! The app-state collections that this life still owes itself a look at.
//!
//! The library fetches what WhatsApp tells it of, but it forgets what it was fetching when the connection ends, and it
//! leaves out a collection that it is fetching already, though the news may be newer than that fetch. So every life
//! asks for all collections once, and again for those that were left out.

use std::sync::{Arc, Weak};

use tokio::sync::watch;
use wacore_appstate::patch_decode::WAPatchName;
use whatsapp_rust::Client;
use whatsapp_rust::sync_task::MajorSyncTask;

/// In the order in which they matter: contacts decide who gets a status.
const COLLECTIONS: [WAPatchName; 5] = [
    WAPatchName::CriticalUnblockLow,
    WAPatchName::CriticalBlock,
    WAPatchName::RegularHigh,
    WAPatchName::Regular,
    WAPatchName::RegularLow,
];

#[derive(Debug, Default)]
struct Owed {
    waiting: Vec<WAPatchName>,
    /// One of them is being fetched.
    fetching: bool,
}

/// What one life owes.
#[derive(Clone)]
pub struct AppState(Arc<watch::Sender<Owed>>);

impl AppState {
    /// Owes everything. Nothing is fetched before `catch_up`.
    pub fn owing_all() -> Self {
        let owed = Owed {
            waiting: COLLECTIONS.to_vec(),
            fetching: false,
        };
        Self(Arc::new(watch::Sender::new(owed)))
    }

    /// Notes collections that must be fetched (again).
    pub fn owe(&self, names: impl IntoIterator<Item = WAPatchName>) {
        self.0.send_modify(|owed| {
            for name in names {
                if !owed.waiting.contains(&name) {
                    owed.waiting.push(name);
                }
            }
        });
    }

    /// Fetches what is owed, now and later, as long as the client lives. `settled` is called whenever nothing is owed
    /// any more.
    pub fn catch_up(&self, client: &Arc<Client>, settled: impl Fn() + Send + 'static) {
        let (client, changes) = (Arc::downgrade(client), self.0.subscribe());
        // Neither this task nor the client may keep the other alive.
        let owed = Arc::downgrade(&self.0);
        tokio::spawn(fetch(client, owed, changes, settled));
    }

    /// Waits until nothing is owed; the caller sets the limit.
    pub async fn caught_up(&self) {
        let settled = |owed: &Owed| owed.waiting.is_empty() && !owed.fetching;
        // It cannot fail: this handle holds the sender.
        let _ = self.0.subscribe().wait_for(settled).await;
    }
}

/// Waits for a fetch of this collection that is under way, then fetches; the library tries again when it fails.
async fn sync(client: &Arc<Client>, name: WAPatchName) {
    let task = MajorSyncTask::AppStateSync {
        name,
        full_sync: false,
    };
    client.process_sync_task(task).await;
}

async fn fetch(
    client: Weak<Client>,
    owed: Weak<watch::Sender<Owed>>,
    mut changes: watch::Receiver<Owed>,
    settled: impl Fn(),
) {
    while changes
        .wait_for(|owed| !owed.waiting.is_empty())
        .await
        .is_ok()
    {
        let (Some(client), Some(owed)) = (client.upgrade(), owed.upgrade()) else {
            return;
        };
        let mut next = None;
        owed.send_modify(|owed| {
            owed.fetching = true;
            next = Some(owed.waiting.remove(0));
        });
        if let Some(name) = next {
            sync(&client, name).await;
        }
        owed.send_modify(|owed| owed.fetching = false);
        if owed.borrow().waiting.is_empty() {
            settled();
        }
    }
}
