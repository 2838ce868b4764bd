//! The one writer: takes what waits, commits it together, and only then answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

use super::StoreError;
use super::folder::Claim;
use super::health::Files;
use super::life_writes::LifeWrites;
use super::metrics::Metrics;
use super::sqlite::Engine;
use super::value::{Row, Statement};

/// Units in one commit.
const GROUP: usize = 256;
/// How long units for which nobody waits may stay in memory, so that a later commit takes them along.
const LINGER: Duration = Duration::from_millis(3);
/// After this long without work the write-ahead log is moved into the database.
const IDLE: Duration = Duration::from_millis(500);

/// The rows of each statement of a unit.
pub(super) type Rows = Vec<Vec<Row>>;

/// One caller's all-or-nothing change.
pub(super) struct Unit {
    /// All of them are applied, or none.
    pub statements: Vec<Statement>,
    /// `None`: nobody waits; the life knows if it fails.
    pub reply: Option<oneshot::Sender<Result<Rows, StoreError>>>,
    /// The life that writes, and the number of the unit in it.
    pub life: Option<(Arc<LifeWrites>, u64)>,
}

impl Unit {
    fn admit(&self) -> Result<(), StoreError> {
        self.life
            .as_ref()
            .map_or(Ok(()), |(writes, _)| writes.admit())
    }

    fn finish(self, outcome: Result<Rows, StoreError>) {
        match (&self.life, &outcome) {
            (Some((writes, number)), Ok(_)) => writes.settled(*number),
            (Some((writes, _)), Err(failure)) => writes.fence(failure),
            (None, _) => {}
        }
        if let Some(reply) = self.reply {
            // The caller may have gone; the change is durable all the same.
            let _ = reply.send(outcome);
        }
    }
}

/// Why a group did not become durable.
enum Failure {
    /// One of its units is at fault; the others may pass without it.
    Unit(StoreError),
    /// The transaction as a whole failed.
    Group(StoreError),
}

/// What the one writing thread owns.
pub(super) struct Writer {
    /// The only connection that writes.
    pub engine: Engine,
    /// Its end, when all senders are gone, is the writer's.
    pub queue: Receiver<Unit>,
    /// Told of every commit.
    pub metrics: Metrics,
    /// Told of damage.
    pub files: Files,
    /// Held until the last byte is written.
    pub claim: Claim,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub async fn run(mut self) {
        let mut written = false;
        loop {
            let mut units = Vec::new();
            if written
                && timeout(IDLE, self.queue.recv_many(&mut units, GROUP))
                    .await
                    .is_err()
            {
                self.checkpoint();
            }
            if units.is_empty() && self.queue.recv_many(&mut units, GROUP).await == 0 {
                break;
            }
            self.linger(&mut units).await;
            self.commit(units);
            written = true;
        }
        self.engine.checkpoint_fully();
        drop(self.engine);
        drop(self.claim);
    }

    /// While nobody waits for an answer, lets more units join for a moment.
    async fn linger(&mut self, units: &mut Vec<Unit>) {
        let end = Instant::now() + LINGER;
        while units.len() < GROUP && units.iter().all(|unit| unit.reply.is_none()) {
            let room = GROUP - units.len();
            match timeout_at(end, self.queue.recv_many(units, room)).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
    }

    /// Commits the units together; if one is bad, each on its own, so that only the bad one fails.
    fn commit(&mut self, units: Vec<Unit>) {
        let units = refuse_ended_lives(units);
        match self.transact(&units) {
            Ok(rows) => {
                units
                    .into_iter()
                    .zip(rows)
                    .for_each(|(unit, rows)| unit.finish(Ok(rows)));
            }
            Err(Failure::Unit(_)) if units.len() > 1 => {
                // One by one also means: a life that is fenced by its first failure is refused after it.
                units.into_iter().for_each(|unit| self.commit(vec![unit]));
            }
            Err(Failure::Unit(error) | Failure::Group(error)) => {
                self.metrics.failed(&error, units.len());
                self.files.failed(&error);
                units
                    .into_iter()
                    .for_each(|unit| unit.finish(Err(error.clone())));
            }
        }
    }

    fn note_commit(&self, units: usize, begun: Instant, written: Instant) {
        let metrics = &self.metrics;
        metrics.store_commit_writes.observe(units as f64);
        metrics
            .store_commit_duration_seconds
            .observe(begun.elapsed().as_secs_f64());
        metrics
            .store_sync_duration_seconds
            .observe(written.elapsed().as_secs_f64());
    }

    /// Moves the write-ahead log into the database while there is nothing else to do.
    fn checkpoint(&self) {
        if !self.engine.checkpoint() {
            self.metrics.store_checkpoint_failures_total.inc();
        }
    }

    fn transact(&mut self, units: &[Unit]) -> Result<Vec<Rows>, Failure> {
        // Whoever only waits until what was before is durable writes nothing, and needs no commit for it.
        if units.iter().all(|unit| unit.statements.is_empty()) {
            return Ok(units.iter().map(|_| Rows::new()).collect());
        }
        let begun = Instant::now();
        self.engine.begin().map_err(Failure::Group)?;
        let ran: Result<Vec<Rows>, StoreError> = units
            .iter()
            .map(|unit| run(&mut self.engine, unit))
            .collect();
        match ran {
            Ok(rows) => {
                let written = Instant::now();
                self.engine.commit().map_err(Failure::Group)?;
                self.note_commit(units.len(), begun, written);
                Ok(rows)
            }
            Err(error) => {
                self.engine.rollback();
                Err(Failure::Unit(error))
            }
        }
    }
}

fn run(engine: &mut Engine, unit: &Unit) -> Result<Rows, StoreError> {
    unit.statements
        .iter()
        .map(|statement| engine.run(statement))
        .collect()
}

fn refuse_ended_lives(units: Vec<Unit>) -> Vec<Unit> {
    let mut admitted = Vec::with_capacity(units.len());
    for unit in units {
        match unit.admit() {
            Ok(()) => admitted.push(unit),
            Err(refusal) => unit.finish(Err(refusal)),
        }
    }
    admitted
}
