//! Keeps the outbox within its bounds and its figures up to date. Ends with the store.

use std::time::Duration;

use chrono::Utc;
use tracing::warn;

use super::Webhooks;
use super::metrics::Dropped;
use crate::config;
use crate::store::StoreError;
use crate::store::outbox::{Bounds, Trimmed};
use crate::telemetry::Chain;

const COUNT_PAUSE: Duration = Duration::from_secs(5);
/// Counts between two trims.
const TRIM_EVERY: u64 = 12;

/// As they are configured.
pub fn bounds(config: &config::Webhooks) -> Bounds {
    Bounds {
        waiting: config.keep_waiting,
        dead: config.keep_dead,
        size: config.limit_per_device,
    }
}

/// Counts every five seconds and trims every minute.
pub async fn run(webhooks: Webhooks, bounds: Bounds) {
    let mut pause = tokio::time::interval(COUNT_PAUSE);
    for turn in 0u64.. {
        pause.tick().await;
        let done = match turn % TRIM_EVERY {
            0 => trim(&webhooks, bounds).await,
            _ => Ok(()),
        };
        match done.and(count(&webhooks).await) {
            Ok(()) => {}
            Err(StoreError::Closed) => return,
            Err(error) => warn!(error = %Chain(&error), "the outbox could not be looked after"),
        }
    }
}

async fn trim(webhooks: &Webhooks, bounds: Bounds) -> Result<(), StoreError> {
    let trimmed = webhooks
        .shared
        .store
        .trim_outbox(Utc::now(), bounds)
        .await?;
    if trimmed == Trimmed::default() {
        return Ok(());
    }
    let Trimmed { expired, dropped } = trimmed;
    warn!(expired, dropped, "events could not be delivered in time");
    let metrics = &webhooks.shared.metrics;
    metrics.dropped(Dropped::TooOldOrTooMany, dropped as u64);
    Ok(())
}

async fn count(webhooks: &Webhooks) -> Result<(), StoreError> {
    let backlog = webhooks.shared.store.backlog().await?;
    webhooks.shared.metrics.backlog_seen(&backlog);
    Ok(())
}
