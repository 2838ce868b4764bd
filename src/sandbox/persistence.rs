//! What survives a restart: one SQLite file of small records, written by one thread in groups.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// The writer thread. Dropping it writes what is queued and ends it.
pub struct Writer {
    queue: Option<SyncSender<Vec<Change>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens `<folder>/whatsapp.db` and reads every record in it, in order of kind, owner and key.
    pub fn open(folder: &Path) -> Result<(Self, Vec<Record>), PersistenceError> {
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
            .spawn(move || write(connection, &batches))
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
    pub fn submit(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        if let Some(queue) = &self.queue
            && queue.send(changes).is_err()
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

fn write(mut connection: Connection, batches: &Receiver<Vec<Change>>) {
    while let Ok(first) = batches.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = batches.try_recv()
        {
            group.push(next);
        }
        if let Err(error) = commit(&mut connection, group.into_iter().flatten()) {
            tracing::error!(error = %Chain(&error), "the simulator's state could not be written");
        }
    }
}

fn commit(
    connection: &mut Connection,
    changes: impl Iterator<Item = Change>,
) -> rusqlite::Result<()> {
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
