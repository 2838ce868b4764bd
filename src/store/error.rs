//! What can go wrong in the store.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A failure of the store. No text carries a stored value or a key.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Too much is waiting already; nothing was done. Try again later.
    #[error("the store is busy: too many operations are waiting")]
    Busy,

    /// The store was closed, or its thread ended. What was under way may or may not be durable.
    #[error("the store is closed")]
    Closed,

    /// An earlier write of this life failed, so nothing of it may be written or read any more.
    #[error(
        "an earlier write of this life failed: the life must end and the next one starts from disk"
    )]
    Fenced,

    /// The caller of a write went away before the write was queued; the life ends as for any lost write.
    #[error("a write was abandoned before it was queued")]
    Abandoned,

    /// The device has begun a newer life, or was wiped.
    #[error("this life of the device is over: its records belong to a newer one")]
    StaleLife,

    /// A sealed value was changed, moved to another place, or sealed with another key.
    #[error("a stored value cannot be unsealed: it was damaged, moved, or sealed with another key")]
    Unsealed,

    /// The key does not belong to this store.
    #[error("{key} does not open this store: give it the key that it was created with")]
    WrongKey { key: String },

    /// The file with the key cannot be used as one.
    #[error("the key file {} {problem}", path.display())]
    KeyFile {
        path: PathBuf,
        problem: &'static str,
    },

    /// A new key would open nothing of what is there.
    #[error(
        "{} is missing, and the database beside it opens with no other key: put it back from a backup, name another \
         place in store.key_file, or move wutsd.db and wutsd.db-wal away and pair anew",
        path.display()
    )]
    NoKey { path: PathBuf },

    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness(#[from] getrandom::Error),

    /// A unique key is taken. The text names the columns.
    #[error("already exists ({0})")]
    Conflict(String),

    /// Another rule of the schema was broken: a foreign key, a missing value, a check.
    #[error("refused by a rule of the schema ({0})")]
    Constraint(String),

    /// Another process has this folder open.
    #[error(
        "the data folder {} is in use by another wutsd: stop that one, or give this one a folder of its own",
        folder.display()
    )]
    Locked { folder: PathBuf },

    /// A newer wutsd has migrated the database.
    #[error(
        "the database has schema {found}, this wutsd knows up to {known}: run the newer wutsd, or restore a backup from before it"
    )]
    NewerSchema { found: i64, known: i64 },

    /// The linked SQLite has the defect that corrupts write-ahead logs.
    #[error(
        "SQLite {found} is too old: 3.51.3 is the first without the write-ahead log corruption"
    )]
    OldEngine { found: &'static str },

    /// A row or a record is not what this version expects at that place. Without the cause that a parser gives: it quotes
    /// what it has found.
    #[error("unexpected shape of stored data: {0}")]
    Shape(&'static str),

    /// The file system refused something.
    #[error("cannot {action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },

    /// No space, or a limit on the size of files.
    #[error("the disk is full: make room, then everything goes on by itself")]
    Full(#[source] Arc<dyn Error + Send + Sync>),

    /// Another program holds the database.
    #[error("another program has locked the database: close it, for example the sqlite3 tool")]
    InUse(#[source] Arc<dyn Error + Send + Sync>),

    /// The database file is damaged.
    #[error(
        "the database file is damaged: stop wutsd, move wutsd.db and wutsd.db-wal away, and restore a backup or pair anew"
    )]
    Corrupt(#[source] Arc<dyn Error + Send + Sync>),

    /// Anything else that the database engine reports.
    #[error("the database failed")]
    Engine(#[source] Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// What `write_failure` answers.
    pub(super) const WRITE_FAILURES: [&str; 5] =
        ["disk_full", "in_use", "corrupt", "engine", "refused"];

    /// Why a write failed, in a word for the metrics.
    pub(super) fn write_failure(&self) -> &'static str {
        match self {
            Self::Full(_) => "disk_full",
            Self::InUse(_) => "in_use",
            Self::Corrupt(_) => "corrupt",
            Self::Engine(_) | Self::Io { .. } => "engine",
            // The write itself is at fault: a rule of the schema, or a life that is over.
            _ => "refused",
        }
    }

    /// What is wrong with the store, in a word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Closed => "closed",
            failure => failure.write_failure(),
        }
    }

    /// [`Self::Io`]: "cannot `action` `path`".
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }
}
