//! What WhatsApp will not tell again waits until the store is well.

use std::time::Duration;

use tracing::error;

use crate::store::StoreError;
use crate::telemetry::Chain;

const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Waits after a failure to store something; whether it is worth another attempt. `what`: for the log.
pub async fn before_another_attempt(what: &str, failure: &StoreError) -> bool {
    if matches!(failure, StoreError::Closed) {
        return false;
    }
    error!(error = %Chain(failure), "{what} could not be stored yet");
    tokio::time::sleep(RETRY_PAUSE).await;
    true
}
