//! Stores events and entries of histories that come from where nobody can wait for a commit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::error;

use super::event::Event;
use super::{Intake, Webhook, Webhooks, names};
use crate::store::history::NewEntry;
use crate::store::{DeviceNumber, RecordBackend, StoreError};
use crate::telemetry::Chain;

/// Events that are stored together.
const BATCH: usize = 256;
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// What is to be stored.
pub enum Recording {
    Event(Box<Published>),
    /// Of a device's history.
    Entry {
        device: DeviceNumber,
        entry: NewEntry,
    },
    /// Nothing; whoever waits is told when everything before it is stored.
    Flush(oneshot::Sender<()>),
}

/// An event that is to be stored.
pub struct Published {
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
            if let Recording::Event(new) = recording
                && let Some(known) = &new.names
            {
                names::complete(&mut new.event.data, known).await;
            }
        }
        while let Err(error) = store(&webhooks, &recordings).await {
            if matches!(error, StoreError::Closed) {
                return;
            }
            error!(error = %Chain(&error), "events could not be stored yet");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        let mut devices = HashSet::new();
        for recording in recordings {
            match recording {
                Recording::Event(new) => drop(devices.insert(new.device)),
                Recording::Entry { .. } => {}
                // Whoever waited may have gone.
                Recording::Flush(reply) => drop(reply.send(())),
            }
        }
        for device in devices {
            webhooks.recorded(device);
        }
    }
}

async fn store(webhooks: &Webhooks, recordings: &[Recording]) -> Result<(), StoreError> {
    let mut unit = Vec::with_capacity(2 * recordings.len());
    for recording in recordings {
        match recording {
            Recording::Event(new) => unit.push(new.webhook.put(&new.event)?),
            Recording::Entry { device, entry } => unit.extend(entry.put(*device)),
            Recording::Flush(_) => {}
        }
    }
    if unit.is_empty() {
        return Ok(());
    }
    webhooks.shared.store.write(unit).await.map(drop)
}
