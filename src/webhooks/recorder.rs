//! Stores events that come from where nobody can wait for a commit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tracing::error;

use super::event::Event;
use super::{Intake, Webhook, Webhooks, names};
use crate::store::{DeviceNumber, RecordBackend, StoreError};
use crate::telemetry::Chain;

/// Events that are stored together.
const BATCH: usize = 256;
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// An event that is to be stored.
pub struct Recording {
    /// Whose event it is.
    pub device: DeviceNumber,
    /// Whom it was wanted by when it came.
    pub webhook: Arc<Webhook>,
    /// What happened.
    pub event: Event,
    /// Who knows by which two names people go; `None`: the event says it itself.
    pub names: Option<Arc<RecordBackend>>,
}

/// Works until the store is closed.
pub async fn run(webhooks: Webhooks, Intake(mut intake): Intake) {
    let mut batch = Vec::with_capacity(BATCH);
    while intake.recv_many(&mut batch, BATCH).await > 0 {
        let mut recordings: Vec<Recording> = std::mem::take(&mut batch);
        for recording in &mut recordings {
            if let Some(known) = &recording.names {
                names::complete(&mut recording.event.data, known).await;
            }
        }
        while let Err(error) = store(&webhooks, &recordings).await {
            if matches!(error, StoreError::Closed) {
                return;
            }
            error!(error = %Chain(&error), "events could not be stored yet");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        let devices: HashSet<DeviceNumber> = recordings.iter().map(|new| new.device).collect();
        for device in devices {
            webhooks.recorded(device);
        }
    }
}

async fn store(webhooks: &Webhooks, recordings: &[Recording]) -> Result<(), StoreError> {
    let put = |new: &Recording| new.webhook.put(&new.event);
    let unit = recordings.iter().map(put).collect::<Result<_, _>>()?;
    webhooks.shared.store.write(unit).await.map(drop)
}
