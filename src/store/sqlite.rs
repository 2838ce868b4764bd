//! The SQLite engine: one connection and what the writer and the readers do with it.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, ToSql, ffi, params_from_iter};
use tracing::{error, warn};

use super::StoreError;
use super::value::{Row, Statement, Value};
use crate::telemetry::Chain;

/// 3.7.0 to 3.51.2 can corrupt the database when the write-ahead log is reset.
const OLDEST_SAFE: i32 = 3_051_003;

/// Only a person with the `sqlite3` tool can be in the way; the folder's lock keeps other daemons out.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// `synchronous=FULL`: a commit is on disk before anyone is told. The checkpoint limit of 4000 pages (16 MB) keeps
/// checkpoints, which run inside a commit, rare; the idle writer does most of them.
const WRITER_SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;";

const READER_SETTINGS: &str = "
    PRAGMA query_only = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -2000;";

/// One connection.
pub(super) struct Engine {
    connection: Connection,
    /// rusqlite numbers `$2` by its first appearance; `?2` means the second argument. So texts are translated, once.
    texts: HashMap<&'static str, String>,
}

impl Engine {
    /// The only connection that writes.
    pub fn writer(path: &Path) -> Result<Self, StoreError> {
        if rusqlite::version_number() < OLDEST_SAFE {
            return Err(StoreError::OldEngine {
                found: rusqlite::version(),
            });
        }
        let engine = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_SETTINGS)?;
        let mode: String = engine
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::Shape(
                "the file system does not allow a write-ahead log",
            ));
        }
        Ok(engine)
    }

    /// A connection that reads only.
    pub fn reader(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_SETTINGS)
    }

    fn open(path: &Path, mode: OpenFlags, settings: &str) -> Result<Self, StoreError> {
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(128);
        connection.execute_batch(settings)?;
        Ok(Self {
            connection,
            texts: HashMap::new(),
        })
    }

    /// Starts a transaction that may write; a deferred one could fail half-way.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        Ok(self
            .connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])
            .map(drop)?)
    }

    /// Starts a transaction in which all reads see the same state.
    pub fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        Ok(self
            .connection
            .prepare_cached("BEGIN")?
            .execute([])
            .map(drop)?)
    }

    /// Makes the transaction durable; after an error nothing of it is left.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        let committed = self
            .connection
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]));
        if committed.is_err() {
            self.rollback();
        }
        Ok(committed.map(drop)?)
    }

    /// Undoes the transaction, if the failure that led here has not undone it already.
    pub fn rollback(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            error!(error = %Chain(&error), "rollback failed");
        }
    }

    /// Runs one statement and returns its rows.
    pub fn run(&mut self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let text = self
            .texts
            .entry(statement.sql)
            .or_insert_with(|| statement.sql.replace('$', "?"));
        tracing::trace!(statement = text, "SQL");
        let mut prepared = self.connection.prepare_cached(text)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(&statement.args))?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|column| {
                row.get_ref(column)
                    .map_err(StoreError::from)
                    .and_then(value)
            });
            answer.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    /// Whether rows must refer to rows that are there. It has no effect within a transaction.
    pub fn enforce_references(&self, enforce: bool) -> Result<(), StoreError> {
        self.batch(match enforce {
            true => "PRAGMA foreign_keys = ON",
            false => "PRAGMA foreign_keys = OFF",
        })
    }

    /// Whether all rows refer to rows that are there.
    pub fn check_references(&mut self) -> Result<(), StoreError> {
        let astray = self.run(&Statement::new("PRAGMA foreign_key_check"))?;
        match astray.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Shape("rows refer to others that are not there")),
        }
    }

    /// Writes the whole database anew, without what earlier content has left in it and in the log. Takes its size on disk.
    pub fn scrub(&self) -> Result<(), StoreError> {
        self.batch("PRAGMA temp_store = FILE")?;
        let scrubbed = self.batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
        self.batch("PRAGMA temp_store = MEMORY").and(scrubbed)
    }

    /// Runs a script without arguments.
    pub fn batch(&self, script: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(script)?)
    }

    /// Looks through all pages; [`StoreError::Corrupt`] with the first damage that is found.
    pub fn quick_check(&mut self) -> Result<(), StoreError> {
        let rows = self.run(&Statement::new("PRAGMA quick_check(1)"))?;
        match rows.first().map(|row| row.text(0)).transpose()? {
            Some("ok") => Ok(()),
            found => {
                let found: Box<dyn Error + Send + Sync> = found.unwrap_or("nothing").into();
                Err(StoreError::Corrupt(found.into()))
            }
        }
    }

    /// Ends from another thread what this connection is doing.
    pub fn interrupter(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Fills the tokens of a migration with this engine's words.
    pub fn dialect(&self, migration: &str) -> String {
        migration
            .replace("{BLOB}", "BLOB")
            .replace("{ID}", "INTEGER PRIMARY KEY AUTOINCREMENT")
    }

    /// Moves what it can from the write-ahead log into the database, without waiting for readers. False: it failed.
    pub fn checkpoint(&self) -> bool {
        self.log_failure(self.batch("PRAGMA wal_checkpoint(PASSIVE)"))
    }

    /// Empties the write-ahead log; for the end, when the readers are gone.
    pub fn checkpoint_fully(&self) {
        self.log_failure(self.batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    fn log_failure(&self, checkpoint: Result<(), StoreError>) -> bool {
        if let Err(error) = &checkpoint {
            warn!(error = %Chain(error), "checkpoint failed; the log grows until one succeeds");
        }
        checkpoint.is_ok()
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

fn value(column: ValueRef<'_>) -> Result<Value, StoreError> {
    match column {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Int(value)),
        ValueRef::Text(value) => match std::str::from_utf8(value) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(StoreError::Shape("a text is not UTF-8")),
        },
        ValueRef::Blob(value) => Ok(Value::Blob(Bytes::copy_from_slice(value))),
        ValueRef::Real(_) => Err(StoreError::Shape("a column holds a fraction")),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::Engine(Arc::new(error));
        };
        let text = || message.clone().unwrap_or_default();
        match (failure.code, failure.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                Self::Conflict(text())
            }
            (ErrorCode::ConstraintViolation, _) => Self::Constraint(text()),
            (ErrorCode::DiskFull, _) => Self::Full(Arc::new(error)),
            // A write that the system refused: out of quota, or the file may not grow.
            (_, ffi::SQLITE_IOERR_WRITE) => Self::Full(Arc::new(error)),
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
                Self::InUse(Arc::new(error))
            }
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
                Self::Corrupt(Arc::new(error))
            }
            _ => Self::Engine(Arc::new(error)),
        }
    }
}
