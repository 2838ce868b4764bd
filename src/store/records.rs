//! The protocol library's storage: sealed records `(device, kind, key) → value`, with the order of writes kept.
//!
//! Every change is numbered, visible to reads at once, and handed to the writer in order. `commit` waits until it
//! is durable, `stage` does not: its change becomes durable with the next commit, or within milliseconds.

mod app_state;
mod codec;
mod device;
mod inbound;
mod lids;
mod progress;
mod protocol;
mod reads;
mod secrets;
mod sender_keys;
mod signal;
mod tokens;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use self::progress::Progress;
use super::life_writes::{Attempt, LifeWrites, Staged};
use super::record_key::{Kind, RecordKey, Scan};
use super::record_places::RecordPlaces;
use super::value::Statement;
use super::writer::{Rows, Unit};
use super::{DeviceNumber, Store, StoreError};

type Answer<T> = wacore::store::error::Result<T>;

/// The `Backend` of one life of one device.
///
/// The first write that fails fences it: everything later is refused, and the life must end.
pub struct RecordBackend {
    store: Store,
    device: DeviceNumber,
    places: RecordPlaces,
    writes: Arc<LifeWrites>,
    /// Whoever writes has the turn, so that units are handed over in the order in which they are numbered, and
    /// what reads before it writes is not overtaken.
    turn: Mutex<()>,
    /// Set once nothing of an older life is on its way to disk any more.
    caught_up: OnceCell<()>,
    progress: Progress,
}

/// The right to write. Reads need none.
struct Turn<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

/// One change of one record.
enum Change {
    Put {
        key: RecordKey,
        value: Bytes,
        at: Option<i64>,
    },
    Delete(RecordKey),
}

impl Change {
    fn put(key: RecordKey, value: impl Into<Bytes>) -> Self {
        Self::Put {
            key,
            value: value.into(),
            at: None,
        }
    }

    /// A record that the sweep removes some time after `at`, in Unix seconds.
    fn put_at(key: RecordKey, value: impl Into<Bytes>, at: impl Into<Option<i64>>) -> Self {
        Self::Put {
            key,
            value: value.into(),
            at: at.into(),
        }
    }
}

impl RecordBackend {
    /// For the life that these writes are of.
    pub(super) fn new(
        store: Store,
        device: DeviceNumber,
        places: RecordPlaces,
        writes: LifeWrites,
    ) -> Self {
        Self {
            store,
            device,
            places,
            writes: Arc::new(writes),
            turn: Mutex::new(()),
            caught_up: OnceCell::new(),
            progress: Progress::default(),
        }
    }

    /// How far the app state has come in this life.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The first failure of a write, if there was one.
    pub fn failure(&self) -> Option<StoreError> {
        self.writes.failure()
    }

    /// Waits until everything written so far is durable.
    pub async fn settled(&self) -> Result<(), StoreError> {
        self.commit(Vec::new()).await
    }

    /// Waits until a write fails; the life must end then, because its caches no longer agree with the disk.
    pub async fn fenced(&self) -> StoreError {
        self.writes.fenced().await
    }

    async fn turn(&self) -> Turn<'_> {
        Turn(self.turn.lock().await)
    }

    /// Writes in order, visible at once, durable soon. An error means that the life is over.
    async fn stage(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let attempt = Attempt::new(&self.writes);
        let turn = self.turn().await;
        attempt.end(self.hand_over(&turn, changes, Vec::new(), None).await)
    }

    /// Writes like `stage` and waits until this and all earlier changes of this life are durable.
    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.commit_with(changes, Vec::new()).await.map(drop)
    }

    /// Commits `changes` and other statements as one unit; answers the rows of the statements.
    async fn commit_with(
        &self,
        changes: Vec<Change>,
        along: Vec<Statement>,
    ) -> Result<Rows, StoreError> {
        let attempt = Attempt::new(&self.writes);
        let (reply, answer) = oneshot::channel();
        let first = changes.len();
        let turn = self.turn().await;
        attempt.end(self.hand_over(&turn, changes, along, Some(reply)).await)?;
        drop(turn);
        let mut rows = answer.await.map_err(|_| StoreError::Closed)??;
        Ok(rows.split_off(first.min(rows.len())))
    }

    /// `stage` for those who have the turn because they read first.
    async fn stage_in(&self, turn: &Turn<'_>, changes: Vec<Change>) -> Result<(), StoreError> {
        let attempt = Attempt::new(&self.writes);
        attempt.end(self.hand_over(turn, changes, Vec::new(), None).await)
    }

    async fn hand_over(
        &self,
        _turn: &Turn<'_>,
        changes: Vec<Change>,
        along: Vec<Statement>,
        reply: Option<oneshot::Sender<Result<Rows, StoreError>>>,
    ) -> Result<(), StoreError> {
        if changes.is_empty() && along.is_empty() && reply.is_none() {
            return self.writes.admit();
        }
        let mut statements = Vec::with_capacity(changes.len() + along.len());
        let mut staged = Vec::with_capacity(changes.len());
        for change in changes {
            statements.push(self.statement(&change)?);
            staged.push(match change {
                Change::Put { key, value, .. } => (key, Some(value)),
                Change::Delete(key) => (key, None),
            });
        }
        statements.extend(along);
        let place = self.store.shared.writes.place().await?;
        self.writes.stage(staged, |number| {
            place.send(Unit {
                statements,
                reply,
                life: Some((self.writes.clone(), number)),
            });
        })
    }

    fn statement(&self, change: &Change) -> Result<Statement, StoreError> {
        match change {
            Change::Put { key, value, at } => self.places.put(key, value, *at),
            Change::Delete(key) => Ok(self.places.delete(key)),
        }
    }

    /// Deletes every record of a scan, in order with other writes, durable soon.
    async fn stage_clear(&self, scan: Scan) -> Result<(), StoreError> {
        let turn = self.turn().await;
        let keys = self.scan_keys(scan).await?;
        self.stage_in(&turn, keys.into_iter().map(Change::Delete).collect())
            .await
    }
}

impl From<StoreError> for wacore::store::error::StoreError {
    fn from(error: StoreError) -> Self {
        Self::Database(Box::new(error))
    }
}

#[cfg(test)]
impl RecordBackend {
    /// Records that are not durable yet.
    pub(super) fn staged(&self) -> usize {
        self.writes.staged()
    }

    /// Keeps all writes of this life waiting until it is dropped.
    pub(super) async fn hold_turn(&self) -> impl Sized {
        self.turn().await
    }
}
