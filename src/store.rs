//! The store: one place with one writer.
//!
//! `write` answers when the change is on disk, `read` goes to its own threads, and `backend` is the protocol
//! library's storage on sealed records. Everything is SQL that SQLite and PostgreSQL share.

pub mod accounts;
pub mod chat_list;
pub mod chats;
pub mod console;
pub mod contacts;
pub mod device_tokens;
pub mod devices;
mod error;
mod folder;
pub mod given_tokens;
mod health;
pub mod history;
pub mod idempotency;
pub mod jobs;
mod key_check;
mod life_writes;
pub mod messages;
mod metrics;
mod migrate;
pub mod outbox;
pub mod pairing_links;
mod queue;
mod reader;
mod record_key;
mod record_places;
mod records;
mod sealing;
pub mod settings;
mod sqlite;
pub mod status_views;
pub mod statuses;
mod sweep;
#[cfg(test)]
mod tests;
mod threads;
mod value;
pub mod webhooks;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus::core::Collector;
use tokio::sync::oneshot;
use tokio::time::timeout;

use self::health::Files;
use self::life_writes::{LifeWrites, Lives};
use self::metrics::Metrics;
use self::queue::Queue;
use self::reader::Read;
use self::record_places::RecordPlaces;
use self::threads::Ended;
use self::writer::{Rows, Unit};

pub use self::error::StoreError;
pub use self::life_writes::Life;
pub use self::records::RecordBackend;
pub use self::sealing::{Sealer, SealingKey};
pub use self::value::{Row, Statement, Value};

/// How long `close` waits for what is under way.
const CLOSE_LIMIT: Duration = Duration::from_secs(20);

/// The number under which a device's records are stored. It is never given to another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceNumber(pub i64);

impl DeviceNumber {
    /// No device has it: what belongs to none is sealed under it.
    const NOBODY: Self = Self(0);
}

/// What `open` needs.
pub struct Options {
    /// Holds the database, its log and the lock; made if missing.
    pub folder: PathBuf,
    /// Opens what is sealed; a store remembers which.
    pub key: SealingKey,
    /// Reader threads, each with a connection of about 2 MB.
    pub readers: usize,
    /// Units, and reads, that may wait; beyond that callers are refused.
    pub queue: usize,
}

impl Options {
    /// Three readers and 4096 places in each queue.
    pub fn new(folder: impl Into<PathBuf>, key: SealingKey) -> Self {
        Self {
            folder: folder.into(),
            key,
            readers: 3,
            queue: 4096,
        }
    }
}

/// A handle to the open store. Clones share it; the last one that is dropped, or `close`, ends it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writes: Queue<Unit>,
    reads: Queue<Read>,
    lives: Lives,
    key: SealingKey,
    metrics: Metrics,
    database: PathBuf,
    files: Files,
    writer_ended: Ended,
    readers_ended: Ended,
}

/// How busy the store is, for metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Units and reads that wait now.
    pub waiting_writes: usize,
    /// Reads that wait now.
    pub waiting_reads: usize,
    /// How many of each may wait.
    pub queue: usize,
    /// Commits and the units in them, since `open`.
    pub commits: u64,
    /// Units in them.
    pub units: u64,
    /// Sizes of the database and of its write-ahead log, in bytes.
    pub database: u64,
    /// Size of its write-ahead log, in bytes.
    pub log: u64,
}

impl Store {
    /// Opens the store and brings its schema up to date. Blocks; call it before anything is served.
    pub fn open(options: Options) -> Result<Self, StoreError> {
        let claim = folder::claim(&options.folder)?;
        let mut engine = sqlite::Engine::writer(&claim.database)?;
        migrate::migrate(&mut engine, &options.key)?;
        key_check::check(&mut engine, &options.key)?;

        let files = Files::new(&options.folder);
        files.look_through(claim.database.clone())?;
        let (reads, reads_taken) = Queue::bounded(options.queue);
        let readers_ended =
            threads::readers(&claim.database, options.readers, reads_taken, &files)?;
        let (writes, writes_taken) = Queue::bounded(options.queue);
        let metrics = Metrics::default();
        let database = claim.database.clone();
        let writer = writer::Writer {
            engine,
            queue: writes_taken,
            metrics: metrics.clone(),
            files: files.clone(),
            claim,
        };
        let writer_ended = threads::writer(writer)?;
        let (lives, key) = (Lives::default(), options.key);
        let shared = Shared {
            writes,
            reads,
            lives,
            key,
            metrics,
            database,
            files,
            writer_ended,
            readers_ended,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Applies all statements or none, and returns the rows of each. `Ok` means durable. Once called, dropping the
    /// future does not undo it. [`StoreError::Busy`] at once if too much is waiting.
    pub async fn write(&self, unit: Vec<Statement>) -> Result<Vec<Vec<Row>>, StoreError> {
        let asked = Instant::now();
        let answer = self.write_at_once(unit).await;
        let metrics = &self.shared.metrics;
        metrics.answered(&metrics.store_write_duration_seconds, asked, answer)
    }

    async fn write_at_once(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.shared.writes.offer(Unit {
            statements,
            reply: Some(reply),
            life: None,
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Reads with one statement. [`StoreError::Busy`] at once if too much is waiting.
    pub async fn read(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let answers = self.read_many(vec![statement]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// Reads with several statements that all see the same state.
    pub async fn read_many(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, StoreError> {
        let asked = Instant::now();
        let answer = self.read_at_once(statements).await;
        let metrics = &self.shared.metrics;
        metrics.answered(&metrics.store_read_duration_seconds, asked, answer)
    }

    async fn read_at_once(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.shared.reads.offer(Read { statements, reply })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Begins a life of a device: every older backend of it is refused from now on.
    pub fn begin_life(&self, device: DeviceNumber) -> Life {
        self.shared.lives.begin(device)
    }

    /// The protocol library's storage for one life. Make one per life and share it: two would not see each
    /// other's staged writes.
    pub fn backend(&self, device: DeviceNumber, life: Life) -> Arc<RecordBackend> {
        let writes = LifeWrites::new(device, life, &self.shared.lives);
        let places = RecordPlaces::new(&self.shared.key, device);
        Arc::new(RecordBackend::new(self.clone(), device, places, writes))
    }

    /// Deletes all that is known of a device's account and ends its life, so that nothing writes it again.
    pub async fn wipe(&self, device: DeviceNumber) -> Result<(), StoreError> {
        self.begin_life(device);
        let of_device = |sql| Statement::new(sql).bind(device.0);
        let unit = vec![
            of_device("DELETE FROM record WHERE device = $1"),
            of_device("DELETE FROM contact WHERE device = $1"),
            of_device("DELETE FROM setting WHERE device = $1"),
            of_device("DELETE FROM message WHERE device = $1"),
            of_device("DELETE FROM chat WHERE device = $1"),
            of_device("DELETE FROM chat_list WHERE device = $1"),
            of_device("DELETE FROM status WHERE device = $1"),
            of_device("UPDATE device SET account = NULL WHERE number = $1"),
        ];
        self.write_patiently(unit).await.map(drop)
    }

    /// A sealer for values in other tables. Name the table in `purpose` and the row in the place.
    pub fn sealer(&self, purpose: &str, device: DeviceNumber) -> Sealer {
        self.shared.key.sealer(purpose, device)
    }

    /// Looks at the queues and at the files.
    pub fn load(&self) -> Load {
        let shared = &self.shared;
        let commits = &shared.metrics.store_commit_writes;
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        Load {
            waiting_writes: shared.writes.depth(),
            waiting_reads: shared.reads.depth(),
            queue: shared.writes.size(),
            commits: commits.get_sample_count(),
            units: commits.get_sample_sum() as u64,
            database: size(&shared.database),
            log: size(&shared.database.with_extension("db-wal")),
        }
    }

    /// What the store measures of itself, for a registry.
    pub fn metrics(&self) -> impl Collector + use<> {
        metrics::OfStore(self.clone())
    }

    /// Refuses new work, finishes what waits, and ends the threads; returns within 20 seconds in any case.
    pub async fn close(&self) {
        self.shared.files.close();
        self.shared.reads.close();
        self.shared.writes.close();
        let ended = async {
            self.shared.readers_ended.wait().await;
            self.shared.writer_ended.wait().await;
        };
        if timeout(CLOSE_LIMIT, ended).await.is_err() {
            tracing::error!("the store did not finish in time; what was not durable is lost");
        }
    }

    /// Waits until the writer has ended. Without `close` before, that is a defect, and the process should end.
    pub async fn ended(&self) {
        self.shared.writer_ended.wait().await;
    }

    /// A write that must not be refused because others are waiting; waits a bounded time for a place.
    async fn write_patiently(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let asked = Instant::now();
        let answer = async {
            let (reply, answer) = oneshot::channel();
            let unit = Unit {
                statements,
                reply: Some(reply),
                life: None,
            };
            self.shared.writes.place().await?.send(unit);
            answer.await.map_err(|_| StoreError::Closed)?
        };
        let metrics = &self.shared.metrics;
        metrics.answered(&metrics.store_write_duration_seconds, asked, answer.await)
    }

    /// A read for the protocol library, which cannot come back later: waits a bounded time for a place.
    async fn read_patiently(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let asked = Instant::now();
        let answer = async {
            let (reply, answer) = oneshot::channel();
            let place = self.shared.reads.place().await?;
            place.send(Read { statements, reply });
            answer.await.map_err(|_| StoreError::Closed)?
        };
        let metrics = &self.shared.metrics;
        metrics.answered(&metrics.store_read_duration_seconds, asked, answer.await)
    }
}
