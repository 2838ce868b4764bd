//! What the store measures of itself: how much it has to do, how long that takes, and what goes wrong.

use std::time::Instant;

use prometheus::Histogram;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::{Store, StoreError};
use crate::metrics::metrics;

/// Upper bounds in seconds: from memory to a disk in trouble.
const SECONDS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Upper bounds in writes, up to the most that are committed together.
const WRITES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

metrics! {
    /// Since `open`. Its clones count together.
    pub(super) struct Metrics {
        /// Time from asking for a write until it is durable.
        pub store_write_duration_seconds: Histogram in SECONDS,
        /// Time from asking for a read until its answer.
        pub store_read_duration_seconds: Histogram in SECONDS,
        /// Time that the writer takes for one commit; its sum is for how long the writer was busy.
        pub store_commit_duration_seconds: Histogram in SECONDS,
        /// The part of a commit that waits for the disk.
        pub store_sync_duration_seconds: Histogram in SECONDS,
        /// Writes that were committed together.
        pub store_commit_writes: Histogram in WRITES,
        /// Writes that failed, by reason.
        store_write_failures_total: IntCounterVec["reason"],
        /// Writes and reads that were refused because too many were waiting.
        store_refused_total: IntCounter,
        /// Times that the write-ahead log could not be moved into the database.
        pub store_checkpoint_failures_total: IntCounter,
        /// Writes that wait for the writer.
        store_waiting_writes: IntGauge,
        /// Reads that wait for a reader.
        store_waiting_reads: IntGauge,
        /// Writes, and reads, that may wait; more are refused.
        store_queue_limit: IntGauge,
        /// Size of the database.
        store_database_bytes: IntGauge,
        /// Size of the database's write-ahead log.
        store_log_bytes: IntGauge,
    }
}

impl Default for Metrics {
    /// All reasons are there from the start, so that `increase()` sees the first of each.
    fn default() -> Self {
        let metrics = Self::declare();
        for reason in StoreError::WRITE_FAILURES {
            let failures = &metrics.store_write_failures_total;
            failures.with_label_values(&[reason]);
        }
        metrics
    }
}

impl Metrics {
    /// Notes what became of a write or a read, and how long its caller waited for it.
    pub fn answered<T>(
        &self,
        duration: &Histogram,
        asked: Instant,
        answer: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &answer {
            Ok(_) => duration.observe(asked.elapsed().as_secs_f64()),
            Err(StoreError::Busy) => self.store_refused_total.inc(),
            Err(_) => {}
        }
        answer
    }

    /// So many units were not committed.
    pub fn failed(&self, error: &StoreError, units: usize) {
        self.store_write_failures_total
            .with_label_values(&[error.write_failure()])
            .inc_by(units as u64);
    }
}

/// For a registry: how busy the store is, is looked up when it is scraped.
pub(super) struct OfStore(pub Store);

impl Collector for OfStore {
    fn desc(&self) -> Vec<&Desc> {
        self.0.shared.metrics.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let (metrics, load) = (&self.0.shared.metrics, self.0.load());
        metrics.store_waiting_writes.set(load.waiting_writes as i64);
        metrics.store_waiting_reads.set(load.waiting_reads as i64);
        metrics.store_queue_limit.set(load.queue as i64);
        metrics.store_database_bytes.set(load.database as i64);
        metrics.store_log_bytes.set(load.log as i64);
        metrics.collect()
    }
}
