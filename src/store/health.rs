//! Whether the store is well: it answers, the disk has room, and the database is whole.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::InterruptHandle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{debug, error, warn};

use super::sqlite::Engine;
use super::{Statement, Store, StoreError};
use crate::telemetry::Chain;

/// How long `ready` waits for an answer.
const READY_LIMIT: Duration = Duration::from_secs(2);
/// What must fit on the disk. Commits go into the log, which has room of its own for a while: without more they would go on
/// until all at once they cannot.
const ROOM: usize = 256 * 1024;
/// Databases up to this size are looked through before anything is served; it takes a fraction of a second.
const LOOKED_THROUGH_FIRST: u64 = 64 << 20;

/// What is known of the health of the files. Clones share it.
#[derive(Clone)]
pub(super) struct Files {
    folder: Arc<Path>,
    damage: Arc<OnceLock<StoreError>>,
    /// Ends the look through a large database.
    look: Arc<Mutex<Option<InterruptHandle>>>,
    /// One probe at a time: a disk that hangs holds one thread and not all.
    turn: Arc<Semaphore>,
}

impl Files {
    /// Of the database in this folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            damage: Arc::default(),
            look: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// A statement failed. Damage stays until somebody mends it, wherever it shows itself next.
    pub fn failed(&self, failure: &StoreError) {
        if matches!(failure, StoreError::Corrupt(_)) && self.damage.set(failure.clone()).is_ok() {
            error!(error = %Chain(failure), "damage was found; what does not touch it goes on");
        }
    }

    /// The first damage that was found.
    pub fn damage(&self) -> Option<&StoreError> {
        self.damage.get()
    }

    /// Looks through the database: a small one now, a large one on a thread of its own.
    pub fn look_through(&self, database: PathBuf) -> Result<(), StoreError> {
        let size = std::fs::metadata(&database).map_or(0, |file| file.len());
        let engine = Engine::reader(&database)?;
        if size <= LOOKED_THROUGH_FIRST {
            self.look(engine);
            return Ok(());
        }
        *self.look.lock() = Some(engine.interrupter());
        let files = self.clone();
        let thread = std::thread::Builder::new().name("store-check".to_owned());
        let started = thread.spawn(move || files.look(engine));
        started
            .map(drop)
            .map_err(|error| StoreError::io("start a thread for", Path::new("a check"), error))
    }

    fn look(&self, mut engine: Engine) {
        match engine.quick_check() {
            Ok(()) => debug!("the database was looked through"),
            Err(failure @ StoreError::Corrupt(_)) => self.failed(&failure),
            Err(_) if self.look.lock().is_none() && self.turn.is_closed() => {}
            Err(failure) => {
                warn!(error = %Chain(&failure), "the database could not be looked through");
            }
        }
    }

    /// The store closes: nothing may stand in its way.
    pub fn close(&self) {
        self.turn.close();
        if let Some(look) = self.look.lock().take() {
            look.interrupt();
        }
    }

    /// Whether the disk has room for more.
    async fn room(&self) -> Result<(), StoreError> {
        let turn = self.turn.clone().acquire_owned().await;
        let turn = turn.map_err(|_| StoreError::Closed)?;
        let folder = self.folder.clone();
        let probe = spawn_blocking(move || {
            let probed = take_room(&folder);
            drop(turn);
            probed.map_err(|error| no_room(&folder, error))
        });
        probe.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// In a file that has no name, so that nothing is left of it.
fn take_room(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder)?.write_all(&vec![0; ROOM])
}

fn no_room(folder: &Path, error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full(Arc::new(error))
        }
        _ => StoreError::io("write into", folder, error),
    }
}

impl Store {
    /// Whether a reader answers, something can be made durable, and the disk has room for more, within two seconds.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let check = async {
            self.read(Statement::new("SELECT CAST(1 AS BIGINT)"))
                .await?;
            // Leaves nothing behind, and is written all the same. An update to the same value would not be.
            let come = Statement::new("INSERT INTO schema_version (version) VALUES (0)");
            let go = Statement::new("DELETE FROM schema_version WHERE version = 0");
            self.write(vec![come, go]).await?;
            self.shared.files.room().await
        };
        timeout(READY_LIMIT, check)
            .await
            .unwrap_or(Err(StoreError::Busy))
    }

    /// Whether it is ready, and no damage was found since it was opened.
    pub async fn well(&self) -> Result<(), StoreError> {
        self.ready().await?;
        match self.shared.files.damage() {
            Some(damage) => Err(damage.clone()),
            None => Ok(()),
        }
    }
}
