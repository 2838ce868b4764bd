//! Waits for a store that has failed.

use std::time::Duration;

use tracing::{info, warn};

use crate::store::{Store, StoreError};
use crate::telemetry::Chain;

/// How often a store that failed is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Returns when the store can write, or is closed.
pub(super) async fn until_well(store: Store) {
    let mut told = false;
    while let Err(error) = store.ready().await {
        if matches!(error, StoreError::Closed) {
            return;
        }
        if !told {
            warn!(error = %Chain(&error), "the store cannot write: devices that are not connected wait");
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if told {
        info!("the store writes again");
    }
}
