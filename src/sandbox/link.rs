//! The server's end of one connection: stanzas in order, how many of them wait, and a switch that
//! cuts it.
//!
//! A client that reads slowly costs it nothing but time: what the server makes for it stays in the
//! device's queue, and nothing more is read from it, until it has taken what waits here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use wacore_binary::Node;

use super::persistence::Progress;
use super::stanza;

/// Stanzas that may wait for a client before others are held back.
const WAITING: usize = 256;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// What waits to be written.
pub enum Outgoing {
    /// A marshalled node with its flag byte, which leaves once this event is on disk.
    Stanza(Bytes, u64),
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

/// How far a client is behind.
#[derive(Default)]
struct Load {
    waiting: usize,
    /// Something was not taken, and is to be offered again.
    held_back: bool,
}

/// A handle to a connection; clones share it.
#[derive(Clone)]
pub struct Link {
    pub id: u64,
    /// Bounded by `room`: nothing answers a client whose stanzas are not read.
    queue: mpsc::UnboundedSender<Outgoing>,
    load: Arc<watch::Sender<Load>>,
    cut: Arc<watch::Sender<Cut>>,
    progress: Progress,
}

/// The connection's side of a link.
pub struct LinkEnd {
    pub queue: mpsc::UnboundedReceiver<Outgoing>,
    pub cut: watch::Receiver<Cut>,
}

impl Link {
    pub fn new(progress: Progress) -> (Self, LinkEnd) {
        let (queue, receiver) = mpsc::unbounded_channel();
        let (cut, watcher) = watch::channel(Cut::Not);
        let link = Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            queue,
            load: Arc::new(watch::Sender::default()),
            cut: Arc::new(cut),
            progress,
        };
        let end = LinkEnd {
            queue: receiver,
            cut: watcher,
        };
        (link, end)
    }

    /// Sends a stanza, after those that wait.
    pub fn send(&self, node: Node) {
        if let Some(bytes) = stanza::marshal(&node) {
            self.load.send_modify(|load| load.waiting += 1);
            self.put(Outgoing::Stanza(bytes, self.progress.now()));
        }
    }

    /// Sends a stanza that lies in the device's queue. False when it has to stay there: it is offered
    /// again once the client `has_caught_up`, and until then others behind it are not taken either.
    pub fn offer(&self, bytes: Bytes) -> bool {
        let mut taken = false;
        self.load.send_modify(|load| {
            taken = !load.held_back && load.waiting < WAITING;
            match taken {
                true => load.waiting += 1,
                false => load.held_back = true,
            }
        });
        if taken {
            self.put(Outgoing::Stanza(bytes, self.progress.now()));
        }
        taken
    }

    /// What was held back is offered again from here on.
    pub fn offer_again(&self) {
        self.load.send_modify(|load| load.held_back = false);
    }

    /// Whether more than enough waits: news that are worth nothing later are not sent then.
    pub fn is_behind(&self) -> bool {
        let load = self.load.borrow();
        load.held_back || load.waiting >= WAITING
    }

    /// Until the client has taken everything, and something was held back meanwhile.
    pub async fn has_caught_up(&self) {
        self.until(|load| load.held_back && load.waiting == 0).await;
    }

    /// Until there is room for the answer to one more stanza of the client.
    pub async fn room(&self) {
        self.until(|load| load.waiting < WAITING).await;
    }

    async fn until(&self, reached: impl FnMut(&Load) -> bool) {
        let reached = self.load.subscribe().wait_for(reached).await.is_ok();
        debug_assert!(reached, "a link has its own load");
    }

    /// Until this event is on disk.
    pub async fn kept(&self, event: u64) {
        self.progress.kept(event).await;
    }

    /// A stanza has gone out.
    pub fn written(&self) {
        self.load
            .send_modify(|load| load.waiting = load.waiting.saturating_sub(1));
    }

    /// Waits for room, for a long run of stanzas. False when the connection ends instead.
    pub async fn send_when_possible(&self, node: Node) -> bool {
        let mut cut = self.cut.subscribe();
        tokio::select! {
            () = self.room() => {}
            _ = cut.wait_for(Cut::is_cut) => return false,
        }
        self.send(node);
        true
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

    /// A connection that has ended needs nothing more.
    fn put(&self, outgoing: Outgoing) {
        let _ = self.queue.send(outgoing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_held_back_until_the_client_has_caught_up() {
        let (link, mut end) = Link::new(Progress::default());
        let stanza = |number: usize| Bytes::from(number.to_string());
        let taken = (0..WAITING + 5).filter(|number| link.offer(stanza(*number)));
        assert_eq!(taken.count(), WAITING);
        assert!(link.is_behind());
        for _ in 0..WAITING {
            // Nothing goes past what is held back, even when there is room again.
            assert!(!link.offer(stanza(0)));
            end.queue.recv().await.unwrap();
            link.written();
        }
        link.has_caught_up().await;
        link.offer_again();
        assert!(link.offer(stanza(WAITING)));
        assert!(!link.is_behind());
        link.cut();
        assert!(end.cut.borrow_and_update().is_cut());
    }
}
