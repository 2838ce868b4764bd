//! Tests of the store.

mod chat_list;
mod commits;
mod conformance;
mod crash;
mod history;
mod idempotency;
mod keys;
mod library;
mod lives;
mod messages;
mod migration;
mod opening;
mod overlay;
mod records;
mod statuses;
mod threads;

use std::path::Path;

use futures::FutureExt;
use tempfile::TempDir;

use super::*;
use crate::store::writer::Rows;

const KEY: [u8; 32] = [7; 32];

/// A data folder that outlives the stores opened in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn open(&self) -> Store {
        Store::open(self.options()).unwrap()
    }

    fn options(&self) -> Options {
        Options {
            readers: 2,
            ..Options::new(self.path(), SealingKey::from_bytes(KEY))
        }
    }

    /// A second connection, to break things behind the store's back.
    fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("wutsd.db")).unwrap()
    }

    fn sabotage(&self, script: &str) {
        self.raw().execute_batch(script).unwrap();
    }

    fn log_size(&self) -> u64 {
        self.path().join("wutsd.db-wal").metadata().unwrap().len()
    }
}

/// A backend in a new life.
fn backend(store: &Store, device: i64) -> Arc<RecordBackend> {
    let device = DeviceNumber(device);
    store.backend(device, store.begin_life(device))
}

/// Polls once: far enough for a write to be queued.
fn start<F: Future>(future: F) -> (std::pin::Pin<Box<F>>, Option<F::Output>) {
    let mut future = Box::pin(future);
    let ready = future.as_mut().now_or_never();
    (future, ready)
}

const NOTE_TABLE: &str = "CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL)";

fn note(name: &str) -> Statement {
    Statement::new("INSERT INTO note (name, text) VALUES ($1, $2) RETURNING name")
        .bind(name)
        .bind("text")
}

/// Changes nothing, but needs a commit.
fn nothing() -> Statement {
    Statement::new("DELETE FROM record WHERE device = -1")
}

async fn notes(store: &Store) -> Vec<String> {
    let rows = store
        .read(Statement::new("SELECT name FROM note ORDER BY name"))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect()
}
