//! The writes of one life on their way to disk: in order, and fenced: after one has failed all are refused.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::record_key::RecordKey;
use super::{DeviceNumber, StoreError};

/// Writes on their way for which room is kept while there are none.
const ROOM: usize = 64;

/// Number of one life of one device; only [`Store::begin_life`](super::Store::begin_life) makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life(u64);

impl Life {
    /// For tests of whoever only tells lives apart.
    #[cfg(test)]
    pub fn numbered(number: u64) -> Self {
        Self(number)
    }
}

/// The newest life of every device. In memory only: the folder's lock makes this process the single owner.
#[derive(Default)]
pub(super) struct Lives {
    newest: DashMap<i64, Arc<AtomicU64>>,
}

impl Lives {
    /// Begins a life; all older ones of the device are refused from now on.
    pub fn begin(&self, device: DeviceNumber) -> Life {
        Life(self.newest(device).fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// The number of the newest life of a device; it goes on being told here.
    pub fn newest(&self, device: DeviceNumber) -> Arc<AtomicU64> {
        self.newest.entry(device.0).or_default().clone()
    }
}

/// What is kept for a record that is not durable yet: its new value, or `None` for a deletion.
pub(super) type Staged = Option<Bytes>;

/// They say which still wait.
pub(super) struct LifeWrites {
    life: Life,
    newest: Arc<AtomicU64>,
    state: Mutex<State>,
    fenced: Notify,
}

#[derive(Default)]
struct State {
    /// The first failure of this life.
    failure: Option<StoreError>,
    units: u64,
    overlay: BTreeMap<RecordKey, (u64, Staged)>,
    /// The overlay's keys in the order of their units.
    order: VecDeque<(u64, RecordKey)>,
}

impl LifeWrites {
    /// Of a life that has just begun.
    pub fn new(device: DeviceNumber, life: Life, lives: &Lives) -> Self {
        Self {
            life,
            newest: lives.newest(device),
            state: Mutex::default(),
            fenced: Notify::new(),
        }
    }

    /// Whether this life may still read and write.
    pub fn admit(&self) -> Result<(), StoreError> {
        self.admitted(&self.state.lock())
    }

    /// The staged state of each key, or `None` where only the disk knows.
    pub fn look(&self, keys: &[RecordKey]) -> Result<Vec<Option<Staged>>, StoreError> {
        let state = self.state.lock();
        // Under the same lock as the look: after a fence the overlay is empty, and "absent" would be a lie.
        self.admitted(&state)?;
        Ok(keys
            .iter()
            .map(|key| state.overlay.get(key).map(|(_, staged)| staged.clone()))
            .collect())
    }

    /// All staged records from `from` on while `belongs` holds.
    pub fn look_from(
        &self,
        from: &RecordKey,
        belongs: impl Fn(&RecordKey) -> bool,
    ) -> Result<BTreeMap<Bytes, Staged>, StoreError> {
        let state = self.state.lock();
        self.admitted(&state)?;
        let records = state
            .overlay
            .range(from..)
            .take_while(|(key, _)| belongs(key));
        Ok(records
            .map(|(key, (_, staged))| (key.bytes.clone(), staged.clone()))
            .collect())
    }

    /// Numbers a unit, makes its changes visible to reads and hands it over while no other unit can come between.
    pub fn stage(
        &self,
        changes: Vec<(RecordKey, Staged)>,
        hand_over: impl FnOnce(u64),
    ) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        self.admitted(&state)?;
        state.units += 1;
        let unit = state.units;
        for (key, staged) in changes {
            state.order.push_back((unit, key.clone()));
            state.overlay.insert(key, (unit, staged));
        }
        hand_over(unit);
        Ok(())
    }

    /// Called by the writer: this unit and all before it are durable, so reads may go to the disk.
    pub fn settled(&self, unit: u64) {
        let mut state = self.state.lock();
        while state
            .order
            .front()
            .is_some_and(|(number, _)| *number <= unit)
        {
            let Some((number, key)) = state.order.pop_front() else {
                break;
            };
            if state
                .overlay
                .get(&key)
                .is_some_and(|(newest, _)| *newest == number)
            {
                state.overlay.remove(&key);
            }
        }
        // A pairing writes hundreds of keys at once, and nothing of the life that follows does.
        if state.order.is_empty() && state.order.capacity() > ROOM {
            state.order = VecDeque::new();
        }
    }

    /// Ends all reading and writing of this life. The order of writes is a promise: if one is lost, a later one
    /// must not become durable, or a message could count as received that was never stored.
    pub fn fence(&self, failure: &StoreError) {
        let mut state = self.state.lock();
        state.overlay = BTreeMap::new();
        state.order = VecDeque::new();
        if state.failure.is_some() {
            return;
        }
        state.failure = Some(failure.clone());
        drop(state);
        // The life ends, and says why.
        self.fenced.notify_waiters();
    }

    /// Why this life is fenced, if it is.
    pub fn failure(&self) -> Option<StoreError> {
        self.state.lock().failure.clone()
    }

    /// Records that are not durable yet.
    #[cfg(test)]
    pub fn staged(&self) -> usize {
        let state = self.state.lock();
        state.overlay.len().max(state.order.len())
    }

    /// Waits until this life is fenced.
    pub async fn fenced(&self) -> StoreError {
        loop {
            let notified = self.fenced.notified();
            if let Some(failure) = self.failure() {
                return failure;
            }
            notified.await;
        }
    }

    fn admitted(&self, state: &State) -> Result<(), StoreError> {
        if self.newest.load(Ordering::SeqCst) != self.life.0 {
            return Err(StoreError::StaleLife);
        }
        match state.failure {
            Some(_) => Err(StoreError::Fenced),
            None => Ok(()),
        }
    }
}

/// Fences the life unless the write was handed over: a caller that is dropped half-way has lost its write too.
pub(super) struct Attempt<'a> {
    writes: &'a LifeWrites,
    failure: Option<StoreError>,
}

impl<'a> Attempt<'a> {
    /// Begins; what is dropped before its end has failed as [`StoreError::Abandoned`].
    pub fn new(writes: &'a LifeWrites) -> Self {
        Self {
            writes,
            failure: Some(StoreError::Abandoned),
        }
    }

    /// Ends the attempt with its outcome.
    pub fn end<T>(mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failure = outcome.as_ref().err().cloned();
        outcome
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(failure) = &self.failure {
            self.writes.fence(failure);
        }
    }
}
