//! What survives a restart: one SQLite file of small records, written by one thread in groups.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use wacore_binary::Node;

use super::stanza;
use crate::telemetry::Chain;

/// Batches waiting for the writer. A full queue makes the server wait, which is bounded by one commit.
const QUEUE: usize = 512;
/// Batches that share one commit.
const GROUP: usize = 256;

/// Why the state of an earlier run is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum PersistenceError {
    #[error("cannot create {path}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot open {path}")]
    Open {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("cannot start the writer thread")]
    Thread(#[source] std::io::Error),
    #[error("the {kind} record of {owner:?} cannot be read")]
    Corrupt { kind: String, owner: String },
}

/// One change of one record. A record is addressed by kind, owner and key.
pub enum Change {
    Put {
        kind: &'static str,
        owner: String,
        key: String,
        value: Vec<u8>,
    },
    Delete {
        kind: &'static str,
        owner: String,
        key: String,
    },
    DeleteAll {
        kind: &'static str,
        owner: String,
    },
}

/// The changes of one event, committed together.
#[derive(Default)]
pub struct Journal {
    /// False when nothing is kept: then nothing is collected either.
    enabled: bool,
    changes: Vec<Change>,
}

impl Journal {
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            changes: Vec::new(),
        }
    }

    pub fn put(&mut self, kind: &'static str, owner: &str, key: &str, value: Vec<u8>) {
        self.push(|| Change::Put {
            kind,
            owner: owner.to_owned(),
            key: key.to_owned(),
            value,
        });
    }

    pub fn put_json(&mut self, kind: &'static str, owner: &str, key: &str, value: &impl Serialize) {
        if self.enabled {
            let value = serde_json::to_vec(value).expect("records are plain data");
            self.put(kind, owner, key, value);
        }
    }

    pub fn put_stanza(&mut self, kind: &'static str, owner: &str, key: &str, node: &Node) {
        if self.enabled
            && let Some(bytes) = stanza::marshal(node)
        {
            self.put(kind, owner, key, bytes.to_vec());
        }
    }

    pub fn delete(&mut self, kind: &'static str, owner: &str, key: &str) {
        self.push(|| Change::Delete {
            kind,
            owner: owner.to_owned(),
            key: key.to_owned(),
        });
    }

    pub fn delete_all(&mut self, kind: &'static str, owner: &str) {
        self.push(|| Change::DeleteAll {
            kind,
            owner: owner.to_owned(),
        });
    }

    /// The changes since the last call.
    pub fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    fn push(&mut self, change: impl FnOnce() -> Change) {
        if self.enabled {
            self.changes.push(change());
        }
    }
}

/// The key of a record whose place among others counts.
pub fn in_order(sequence: u64) -> String {
    format!("{sequence:020}")
}

/// A record as it was read back.
pub struct Record {
    pub kind: String,
    pub owner: String,
    pub key: String,
    pub value: Vec<u8>,
}

impl Record {
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PersistenceError> {
        serde_json::from_slice(&self.value).map_err(|_| self.corrupt())
    }

    /// The error that names this record.
    pub fn corrupt(&self) -> PersistenceError {
        PersistenceError::Corrupt {
            kind: self.kind.clone(),
            owner: self.owner.clone(),
        }
    }
}

/// Which events are on disk, of those that have happened: what tells of one leaves once it is, or a killed server would have
/// promised what nobody finds again. Clones share it.
#[derive(Clone, Default)]
pub struct Progress(Arc<Reached>);

#[derive(Default)]
struct Reached {
    begun: AtomicU64,
    kept: watch::Sender<u64>,
}

impl Progress {
    /// One event more; its number.
    pub fn begin(&self) -> u64 {
        self.0.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The last one that has begun.
    pub fn now(&self) -> u64 {
        self.0.begun.load(Ordering::SeqCst)
    }

    /// This one is on disk, and all before it.
    pub fn reach(&self, event: u64) {
        self.0.kept.send_if_modified(|kept| {
            let further = event > *kept;
            *kept = event.max(*kept);
            further
        });
    }

    /// Until this one is.
    pub async fn kept(&self, event: u64) {
        if *self.0.kept.borrow() >= event {
            return;
        }
        let kept = self
            .0
            .kept
            .subscribe()
            .wait_for(|kept| *kept >= event)
            .await
            .is_ok();
        debug_assert!(kept, "it has its own sender");
    }
}

/// What one event has changed.
struct Batch {
    event: u64,
    changes: Vec<Change>,
}

/// The writer thread. Dropping it writes what is queued and ends it.
pub struct Writer {
    queue: Option<SyncSender<Batch>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens `<folder>/whatsapp.db` and reads every record in it, in order of kind, owner and key.
    pub fn open(
        folder: &Path,
        progress: Progress,
    ) -> Result<(Self, Vec<Record>), PersistenceError> {
        std::fs::create_dir_all(folder).map_err(|source| PersistenceError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        let path = folder.join("whatsapp.db");
        let (connection, records) =
            load(&path).map_err(|source| PersistenceError::Open { path, source })?;
        let (queue, batches) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("sandbox-store".to_owned())
            .spawn(move || write(connection, &batches, &progress))
            .map_err(PersistenceError::Thread)?;
        Ok((
            Self {
                queue: Some(queue),
                thread: Some(thread),
            },
            records,
        ))
    }

    /// Queues the changes of one event; waits when the disk is far behind.
    pub fn submit(&self, event: u64, changes: Vec<Change>) {
        if let Some(queue) = &self.queue
            && queue.send(Batch { event, changes }).is_err()
        {
            tracing::error!("the simulator's store has ended, a change is lost");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the simulator's store writer panicked");
        }
    }
}

fn load(path: &Path) -> rusqlite::Result<(Connection, Vec<Record>)> {
    let connection = Connection::open(path)?;
    // WAL with NORMAL: a killed process loses nothing that was committed, and corrupts nothing.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS records (
             kind TEXT NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
             PRIMARY KEY (kind, owner, key)) WITHOUT ROWID",
    )?;
    let records = connection
        .prepare("SELECT kind, owner, key, value FROM records ORDER BY kind, owner, key")?
        .query_map([], |row| {
            Ok(Record {
                kind: row.get(0)?,
                owner: row.get(1)?,
                key: row.get(2)?,
                value: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((connection, records))
}

fn write(mut connection: Connection, batches: &Receiver<Batch>, progress: &Progress) {
    while let Ok(first) = batches.recv() {
        let (mut last, mut changes) = (first.event, first.changes);
        let more = batches.try_iter().take(GROUP - 1);
        for batch in more {
            last = batch.event;
            changes.extend(batch.changes);
        }
        if !changes.is_empty()
            && let Err(error) = commit(&mut connection, changes)
        {
            tracing::error!(error = %Chain(&error), "the simulator's state could not be written");
        }
        progress.reach(last);
    }
}

fn commit(connection: &mut Connection, changes: Vec<Change>) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for change in changes {
        apply(&transaction, change)?;
    }
    transaction.commit()
}

fn apply(connection: &Connection, change: Change) -> rusqlite::Result<()> {
    match change {
        Change::Put {
            kind,
            owner,
            key,
            value,
        } => connection
            .prepare_cached(
                "INSERT INTO records (kind, owner, key, value) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (kind, owner, key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![kind, owner, key, value]),
        Change::Delete { kind, owner, key } => connection
            .prepare_cached("DELETE FROM records WHERE kind = $1 AND owner = $2 AND key = $3")?
            .execute(params![kind, owner, key]),
        Change::DeleteAll { kind, owner } => connection
            .prepare_cached("DELETE FROM records WHERE kind = $1 AND owner = $2")?
            .execute(params![kind, owner]),
    }?;
    Ok(())
}
