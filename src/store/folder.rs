//! The data folder: private to its user, and open in one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tracing::warn;

use super::StoreError;
use crate::telemetry::Chain;

const LOCK_FILE: &str = "wutsd.lock";
const DATABASE_FILE: &str = "wutsd.db";
const LOG_FILE: &str = "wutsd.db-wal";

/// The claim on a data folder. It ends when the value is dropped, or with the process.
pub(super) struct Claim {
    /// `wutsd.db`, which exists from now on.
    pub database: PathBuf,
    lock: File,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Closing alone would leave the lock with a child process that is just being started.
        if let Err(error) = self.lock.unlock() {
            warn!(error = %Chain(&error), "the data folder could not be unlocked; the end of the process does it");
        }
    }
}

/// Creates what is missing and takes the lock.
pub(super) fn claim(folder: &Path) -> Result<Claim, StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| StoreError::io("create the data folder", folder, error))?;
    let lock = private_file(&folder.join(LOCK_FILE))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Locked {
                folder: folder.to_owned(),
            });
        }
        Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", folder, error)),
    }
    // SQLite gives its other files the mode of this one.
    let database = folder.join(DATABASE_FILE);
    private_file(&database)?;
    Ok(Claim { database, lock })
}

/// Whether anything was ever stored in this folder. The files alone are made before that, and are empty.
pub(super) fn holds_database(folder: &Path) -> Result<bool, StoreError> {
    for name in [DATABASE_FILE, LOG_FILE] {
        let path = folder.join(name);
        match fs::metadata(&path) {
            Ok(file) if file.len() > 0 => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io("look for", &path, error)),
        }
    }
    Ok(false)
}

fn private_file(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::io("open", path, error))
}
