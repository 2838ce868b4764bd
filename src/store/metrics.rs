//! What the store measures of itself: how much it has to do, how long that takes, and what goes wrong.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts};
use std::time::Instant;

use super::StoreError;

/// Upper bounds in seconds: from memory to a disk in trouble.
const SECONDS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Upper bounds in writes, up to the most that are committed together.
const WRITES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Since `open`.
#[derive(Clone)]
pub(super) struct Metrics {
    /// Durable writes as their callers see them.
    pub write_duration: Histogram,
    /// Reads as their callers see them.
    pub read_duration: Histogram,
    /// Commits, from their first statement to the end.
    pub commit_duration: Histogram,
    /// Of those the part that waits for the disk.
    pub sync_duration: Histogram,
    /// Writes in a commit.
    pub commit_writes: Histogram,
    /// Writes that failed, by reason.
    pub failures: IntCounterVec,
    /// Writes and reads that found their queue full.
    pub refused: IntCounter,
    /// Times that the write-ahead log could not be moved into the database.
    pub checkpoint_failures: IntCounter,
}

impl Default for Metrics {
    fn default() -> Self {
        let failures = counters(
            "store_write_failures_total",
            "Writes that failed, by reason.",
            "reason",
        );
        for reason in StoreError::WRITE_FAILURES {
            failures.with_label_values(&[reason]);
        }
        Self {
            write_duration: histogram(
                "store_write_duration_seconds",
                "Time from asking for a write until it is durable.",
                SECONDS,
            ),
            read_duration: histogram(
                "store_read_duration_seconds",
                "Time from asking for a read until its answer.",
                SECONDS,
            ),
            commit_duration: histogram(
                "store_commit_duration_seconds",
                "Time that the writer takes for one commit; its sum is for how long the writer was busy.",
                SECONDS,
            ),
            sync_duration: histogram(
                "store_sync_duration_seconds",
                "The part of a commit that waits for the disk.",
                SECONDS,
            ),
            commit_writes: histogram(
                "store_commit_writes",
                "Writes that were committed together.",
                WRITES,
            ),
            failures,
            refused: counter(
                "store_refused_total",
                "Writes and reads that were refused because too many were waiting.",
            ),
            checkpoint_failures: counter(
                "store_checkpoint_failures_total",
                "Times that the write-ahead log could not be moved into the database.",
            ),
        }
    }
}

impl Metrics {
    /// For a registry.
    pub fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.write_duration.clone()),
            Box::new(self.read_duration.clone()),
            Box::new(self.commit_duration.clone()),
            Box::new(self.sync_duration.clone()),
            Box::new(self.commit_writes.clone()),
            Box::new(self.failures.clone()),
            Box::new(self.refused.clone()),
            Box::new(self.checkpoint_failures.clone()),
        ]
    }

    /// Notes what became of a write or a read, and how long its caller waited for it.
    pub fn answered<T>(
        &self,
        duration: &Histogram,
        asked: Instant,
        answer: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &answer {
            Ok(_) => duration.observe(asked.elapsed().as_secs_f64()),
            Err(StoreError::Busy) => self.refused.inc(),
            Err(_) => {}
        }
        answer
    }

    pub fn failed(&self, error: &StoreError, units: usize) {
        let failures = self.failures.with_label_values(&[error.write_failure()]);
        failures.inc_by(units as u64);
    }
}

const VALID: &str = "a constant name, help text and bounds that are valid";

fn histogram(name: &str, help: &str, bounds: &[f64]) -> Histogram {
    let options = HistogramOpts::new(name, help).buckets(bounds.to_vec());
    Histogram::with_opts(options).expect(VALID)
}

fn counter(name: &str, help: &str) -> IntCounter {
    IntCounter::new(name, help).expect(VALID)
}

fn counters(name: &str, help: &str, label: &str) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), &[label]).expect(VALID)
}
