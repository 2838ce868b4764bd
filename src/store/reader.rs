//! The reader threads: each has a read-only connection, and all take from one queue.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

use super::StoreError;
use super::health::Files;
use super::sqlite::Engine;
use super::value::Statement;
use super::writer::Rows;

/// One hop to a reader: several statements over the same state.
pub(super) struct Read {
    /// They all see the same state.
    pub statements: Vec<Statement>,
    /// Takes the rows of each.
    pub reply: oneshot::Sender<Result<Rows, StoreError>>,
}

/// Works until the queue is closed and empty.
pub(super) fn run(mut engine: Engine, queue: Arc<Mutex<Receiver<Read>>>, files: &Files) {
    loop {
        // The reader that waits holds the queue; the others wait for it.
        let Some(read) = queue.lock().blocking_recv() else {
            break;
        };
        if read.reply.is_closed() {
            continue;
        }
        let rows = answer(&mut engine, &read.statements);
        if let Err(failure) = &rows {
            files.failed(failure);
        }
        let _ = read.reply.send(rows);
    }
}

fn answer(engine: &mut Engine, statements: &[Statement]) -> Result<Rows, StoreError> {
    if let [statement] = statements {
        return Ok(vec![engine.run(statement)?]);
    }
    engine.begin_snapshot()?;
    let rows = statements
        .iter()
        .map(|statement| engine.run(statement))
        .collect();
    engine.commit().and(rows)
}
