//! What is measured of the way of events to their webhooks.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::delivery::Outcome;
use crate::metrics::metrics;
use crate::store::outbox::Backlog;

/// Upper bounds in seconds: from a local answer to a receiver that was down for a day.
const SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0, 86_400.0,
];

metrics! {
    /// Its clones count together.
    pub struct Metrics {
        /// Attempts to deliver an event to a webhook, by outcome.
        webhook_attempts_total: IntCounterVec["outcome"],
        /// Time from the commit of an event to its delivery.
        webhook_delay_seconds: Histogram in SECONDS,
        /// Events that were deleted undelivered, by reason.
        webhook_dropped_events_total: IntCounterVec["reason"],
        /// Events that wait for delivery.
        webhook_waiting_events: IntGauge,
        /// Events that could not be delivered.
        webhook_dead_letters: IntGauge,
        /// For how long the oldest waiting event has waited.
        webhook_oldest_event_seconds: IntGauge,
    }
}

/// Why an event was deleted undelivered.
#[derive(Clone, Copy, Debug)]
pub enum Dropped {
    /// Events came faster than the store takes them.
    TooManyAtOnce,
    /// The outbox keeps so many for so long.
    TooOldOrTooMany,
}

impl Dropped {
    const ALL: [Self; 2] = [Self::TooManyAtOnce, Self::TooOldOrTooMany];

    fn name(self) -> &'static str {
        match self {
            Self::TooManyAtOnce => "too_many_at_once",
            Self::TooOldOrTooMany => "too_old_or_too_many",
        }
    }
}

impl Default for Metrics {
    /// All outcomes and reasons are there from the start, so that `increase()` sees the first of each.
    fn default() -> Self {
        let metrics = Self::declare();
        for outcome in Outcome::NAMES {
            metrics.webhook_attempts_total.with_label_values(&[outcome]);
        }
        for reason in Dropped::ALL {
            metrics.dropped(reason, 0);
        }
        metrics
    }
}

impl Metrics {
    /// An attempt to deliver was made.
    pub fn attempted(&self, outcome: &Outcome) {
        let outcome = [outcome.name()];
        self.webhook_attempts_total
            .with_label_values(&outcome)
            .inc();
    }

    /// An event was delivered, this long after its commit.
    pub fn delivered(&self, delay: Duration) {
        self.webhook_delay_seconds.observe(delay.as_secs_f64());
    }

    /// So many events were deleted undelivered.
    pub fn dropped(&self, reason: Dropped, events: u64) {
        self.webhook_dropped_events_total
            .with_label_values(&[reason.name()])
            .inc_by(events);
    }

    /// What is in the outbox of all devices now.
    pub fn backlog_seen(&self, backlog: &Backlog) {
        let waited = |oldest: DateTime<Utc>| (Utc::now() - oldest).num_seconds();
        self.webhook_waiting_events.set(backlog.waiting);
        self.webhook_dead_letters.set(backlog.dead);
        self.webhook_oldest_event_seconds
            .set(backlog.oldest.map_or(0, waited));
    }
}
