//! The server's end of one connection: a bounded queue of stanzas and a switch that cuts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use wacore_binary::Node;

use super::stanza;

/// Stanzas waiting for one client. A client that reads slower than this is disconnected.
const QUEUE: usize = 2048;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// What waits to be written.
pub enum Outgoing {
    /// A marshalled node with its flag byte.
    Stanza(Bytes),
    /// Everything before this is written, then the connection closes in order.
    Close,
}

/// How a connection is to end without a last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Not,
    Closed,
    /// With a TCP reset.
    Reset,
}

impl Cut {
    pub fn is_cut(&self) -> bool {
        *self != Self::Not
    }
}

/// A handle to a connection; clones share it.
#[derive(Clone)]
pub struct Link {
    pub id: u64,
    queue: mpsc::Sender<Outgoing>,
    cut: Arc<watch::Sender<Cut>>,
}

/// The connection's side of a link.
pub struct LinkEnd {
    pub queue: mpsc::Receiver<Outgoing>,
    pub cut: watch::Receiver<Cut>,
}

impl Link {
    pub fn new() -> (Self, LinkEnd) {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let (cut, watcher) = watch::channel(Cut::Not);
        let link = Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            queue,
            cut: Arc::new(cut),
        };
        (
            link,
            LinkEnd {
                queue: receiver,
                cut: watcher,
            },
        )
    }

    /// Queues a stanza; a client whose queue is full is cut off.
    pub fn send(&self, node: Node) {
        if let Some(bytes) = stanza::marshal(&node) {
            self.send_marshalled(bytes);
        }
    }

    /// As `send`, for a stanza that is bytes already.
    pub fn send_marshalled(&self, bytes: Bytes) {
        self.put(Outgoing::Stanza(bytes));
    }

    /// Waits for room: for a long run of stanzas that must not overflow the queue.
    pub async fn send_when_possible(&self, node: Node) -> bool {
        let Some(bytes) = stanza::marshal(&node) else {
            return true;
        };
        self.queue.send(Outgoing::Stanza(bytes)).await.is_ok()
    }

    /// Says a last word, then closes.
    pub fn finish(&self, last: Node) {
        self.send(last);
        self.put(Outgoing::Close);
    }

    /// Closes in order, after what is queued.
    pub fn close(&self) {
        self.put(Outgoing::Close);
    }

    /// Drops the TCP connection without a word.
    pub fn cut(&self) {
        self.end(Cut::Closed);
    }

    /// Ends the TCP connection with a reset.
    pub fn reset(&self) {
        self.end(Cut::Reset);
    }

    /// The first way to end is the one that counts.
    fn end(&self, how: Cut) {
        self.cut.send_if_modified(|cut| {
            let first = *cut == Cut::Not;
            if first {
                *cut = how;
            }
            first
        });
    }

    fn put(&self, outgoing: Outgoing) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(outgoing) {
            tracing::warn!(
                link.id = self.id,
                "a client reads too slowly and is disconnected"
            );
            self.cut();
        }
    }
}
