//! The store's own threads: where it may block.

use std::io;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use super::StoreError;
use super::health::Files;
use super::reader::{self, Read};
use super::sqlite::Engine;
use super::writer::Writer;

/// Tells when all threads of a group have ended, by a panic too.
pub(super) struct Ended(watch::Receiver<()>);

impl Ended {
    /// Returns when they have.
    pub async fn wait(&self) {
        let mut alive = self.0.clone();
        // Nothing is ever sent: the error comes when the last thread drops its end.
        while alive.changed().await.is_ok() {}
    }
}

/// Starts the writer.
pub(super) fn writer(writer: Writer) -> Result<Ended, StoreError> {
    let (alive, ended) = watch::channel(());
    let start = |error| StoreError::io("start a thread for", Path::new("the writer"), error);
    let timers = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(start)?;
    spawn("store-writer", move || {
        timers.block_on(writer.run());
        drop(alive);
    })
    .map_err(start)?;
    Ok(Ended(ended))
}

/// Starts the readers, at least one; each opens the database for itself.
pub(super) fn readers(
    database: &Path,
    count: usize,
    queue: Receiver<Read>,
    files: &Files,
) -> Result<Ended, StoreError> {
    let (alive, ended) = watch::channel(());
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..count.max(1) {
        let engine = Engine::reader(database)?;
        let (queue, alive, files) = (queue.clone(), alive.clone(), files.clone());
        spawn("store-reader", move || {
            reader::run(engine, queue, &files);
            drop(alive);
        })
        .map_err(|error| StoreError::io("start a thread for", Path::new("a reader"), error))?;
    }
    Ok(Ended(ended))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}
