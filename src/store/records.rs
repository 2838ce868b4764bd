//! The protocol library's storage: sealed records `(device, kind, key) → value`, with the order of writes kept.
//!
//! Every change is numbered, visible to reads at once, and handed to the writer in order. `commit` waits until it
//! is durable, `stage` does not: its change becomes durable with the next commit, or within milliseconds.

use super::lane::{Attempt, Lane, Staged};
use super::value::{Row, Statement};
use super::writer::{Rows, Unit};
use super::{DeviceNumber, Sealer, Store, StoreError};
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::sync::{Mutex, MutexGuard};

mod app_state;
mod codec;
mod contacts;
mod device;
mod inbound;
mod key;
mod lids;
mod protocol;
mod secrets;
mod sender_keys;
mod signal;
mod tokens;

pub(super) use key::{Kind, RecordKey, Scan};

type Answer<T> = wacore::store::error::Result<T>;

/// The `Backend` of one life of one device.
///
/// The first write that fails fences it: everything later is refused, and the life must end.
pub struct RecordBackend {
    store: Store,
    device: DeviceNumber,
    sealer: Sealer,
    lane: Arc<Lane>,
    /// Whoever writes has the turn, so that units are handed over in the order in which they are numbered, and
    /// what reads before it writes is not overtaken.
    turn: Mutex<()>,
}

/// The right to write. Reads need none.
struct Turn<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

/// One change of one record.
enum Change {
    Put { key: RecordKey, value: Bytes, at: Option<i64> },
    Delete(RecordKey),
}

impl Change {
    fn put(key: RecordKey, value: impl Into<Bytes>) -> Self {
        Self::Put { key, value: value.into(), at: None }
    }

    /// A record that the sweep removes some time after `at`, in Unix seconds.
    fn put_at(key: RecordKey, value: impl Into<Bytes>, at: impl Into<Option<i64>>) -> Self {
        Self::Put { key, value: value.into(), at: at.into() }
    }
}

impl RecordBackend {
    pub(super) fn new(store: Store, device: DeviceNumber, lane: Lane) -> Self {
        let sealer = store.sealer("record", device);
        Self { store, device, sealer, lane: Arc::new(lane), turn: Mutex::new(()) }
    }

    /// The first failure of a write, if there was one.
    pub fn failure(&self) -> Option<StoreError> {
        self.lane.failure()
    }

    /// Waits until a write fails; the life must end then, because its caches no longer agree with the disk.
    pub async fn fenced(&self) -> StoreError {
        self.lane.fenced().await
    }

    async fn turn(&self) -> Turn<'_> {
        Turn(self.turn.lock().await)
    }

    /// Writes in order, visible at once, durable soon. An error means that the life is over.
    async fn stage(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let attempt = Attempt::new(&self.lane);
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
        let attempt = Attempt::new(&self.lane);
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
        let attempt = Attempt::new(&self.lane);
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
            return self.lane.admit();
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
        self.lane.stage(staged, |number| {
            place.send(Unit { statements, reply, lane: Some((self.lane.clone(), number)) });
        })
    }

    fn statement(&self, change: &Change) -> Result<Statement, StoreError> {
        match change {
            Change::Put { key, value, at } => {
                let sealed = self.sealer.seal(&key.place(), value)?;
                Ok(key.upsert(self.device, sealed, *at))
            }
            Change::Delete(key) => Ok(key.delete(self.device)),
        }
    }

    async fn get(&self, key: RecordKey) -> Result<Option<Bytes>, StoreError> {
        Ok(self.get_many(&[key]).await?.pop().flatten())
    }

    /// The values in the order of `keys`.
    async fn get_many(&self, keys: &[RecordKey]) -> Result<Vec<Option<Bytes>>, StoreError> {
        let staged = self.lane.look(keys)?;
        let on_disk =
            || keys.iter().zip(&staged).filter(|(_, staged)| staged.is_none()).map(|(key, _)| key);
        let statements: Vec<Statement> = on_disk().map(|key| key.select(self.device)).collect();
        let mut answers = Vec::new();
        if !statements.is_empty() {
            answers = self.store.read_patiently(statements).await?;
        }
        let mut answers = answers.into_iter();
        let values = keys.iter().zip(staged).map(|(key, staged)| match staged {
            Some(value) => Ok(value),
            None => self.unsealed(key, answers.next()),
        });
        values.collect()
    }

    fn unsealed(
        &self,
        key: &RecordKey,
        rows: Option<Vec<Row>>,
    ) -> Result<Option<Bytes>, StoreError> {
        let rows = rows.ok_or(StoreError::Shape("a statement was not answered"))?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        self.sealer.unseal(&key.place(), &row.blob(0)?).map(Some)
    }

    /// Whether a record is there, without opening it.
    async fn exists(&self, key: RecordKey) -> Result<bool, StoreError> {
        if let Some(Some(staged)) = self.lane.look(std::slice::from_ref(&key))?.pop() {
            return Ok(staged.is_some());
        }
        let answers = self.store.read_patiently(vec![key.probe(self.device)]).await?;
        Ok(answers.first().is_some_and(|rows| !rows.is_empty()))
    }

    /// All records of a scan in the order of their keys.
    async fn scan(&self, scan: Scan) -> Result<Vec<(RecordKey, Bytes)>, StoreError> {
        let staged = self.lane.look_from(&scan.from, |key| scan.covers(key))?;
        let rows = self
            .store
            .read_patiently(vec![scan.select(self.device)])
            .await?
            .pop()
            .unwrap_or_default();
        let mut found = Vec::with_capacity(rows.len() + staged.len());
        for row in rows {
            let key = RecordKey { kind: scan.from.kind, bytes: row.blob(0)? };
            if !staged.contains_key(&key.bytes) {
                let value = self.sealer.unseal(&key.place(), &row.blob(1)?)?;
                found.push((key, value));
            }
        }
        add_staged(&mut found, scan.from.kind, staged);
        Ok(found)
    }

    /// The keys of a scan, in order, without opening the values.
    async fn scan_keys(&self, scan: Scan) -> Result<Vec<RecordKey>, StoreError> {
        let staged = self.lane.look_from(&scan.from, |key| scan.covers(key))?;
        let rows = self
            .store
            .read_patiently(vec![scan.select_keys(self.device)])
            .await?
            .pop()
            .unwrap_or_default();
        let mut found = Vec::with_capacity(rows.len() + staged.len());
        for row in rows {
            let key = RecordKey { kind: scan.from.kind, bytes: row.blob(0)? };
            if !staged.contains_key(&key.bytes) {
                found.push((key, Bytes::new()));
            }
        }
        add_staged(&mut found, scan.from.kind, staged);
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    /// Deletes every record of a scan, in order with other writes, durable soon.
    async fn stage_clear(&self, scan: Scan) -> Result<(), StoreError> {
        let turn = self.turn().await;
        let keys = self.scan_keys(scan).await?;
        self.stage_in(&turn, keys.into_iter().map(Change::Delete).collect()).await
    }
}

fn add_staged(
    found: &mut Vec<(RecordKey, Bytes)>,
    kind: Kind,
    staged: std::collections::BTreeMap<Bytes, Staged>,
) {
    if staged.is_empty() {
        return;
    }
    let live =
        staged.into_iter().filter_map(|(bytes, value)| Some((RecordKey { kind, bytes }, value?)));
    found.extend(live);
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
}

impl From<StoreError> for wacore::store::error::StoreError {
    fn from(error: StoreError) -> Self {
        Self::Database(Box::new(error))
    }
}
