//! What earlier lives may have missed of the app state, fetched by this one.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
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

/// Done when every collection was asked for once in this life.
pub type CaughtUp = Shared<BoxFuture<'static, ()>>;

/// Asks for what is new since the stored versions; nothing happens until this is awaited or spawned.
///
/// The library fetches what it is told of, and forgets what it was fetching when the connection ends. Which
/// collections those were nobody can tell after a crash, so all are asked.
pub fn catch_up(client: Arc<Client>) -> CaughtUp {
    let fetch = async move {
        for name in COLLECTIONS {
            client.process_sync_task(MajorSyncTask::AppStateSync { name, full_sync: false }).await;
        }
    };
    fetch.boxed().shared()
}
