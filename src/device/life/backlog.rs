//! What waited at WhatsApp while the device was away.
//!
//! The device asks for it batch by batch, and the library stops to ask after a minute, whatever is left. That would wait for
//! the next connection, and nobody would know. So whoever finds less than was announced asks on.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Client;

use super::keepalive::LastHeard;

/// As many as the library asks for.
const BATCH: u32 = 200;
/// WhatsApp has nothing more when nothing has come for so long after a batch was asked for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look whether something has come.
const PAUSE: Duration = Duration::from_millis(500);

/// What one connection knows of it.
#[derive(Default)]
pub struct Backlog(Mutex<Known>);

#[derive(Clone, Copy, Default)]
struct Known {
    announced: i32,
    /// Nothing is missing any more.
    read: bool,
}

impl Backlog {
    /// So much waits.
    pub fn announced(&self, total: i32) {
        let read = total <= 0;
        *self.0.lock() = Known {
            announced: total,
            read,
        };
    }

    /// The library has taken in so much, and asks for no more. Whether that was all.
    pub fn ended(&self, count: i32) -> bool {
        let mut known = self.0.lock();
        known.read |= count >= known.announced;
        known.read
    }

    /// How much was announced, if it has not all come.
    pub fn unread(&self) -> Option<i32> {
        let known = self.0.lock();
        (known.announced > 0 && !known.read).then_some(known.announced)
    }

    /// Asks for the rest, as long as something comes. Returns how much was announced, or nothing when the connection was
    /// lost over it.
    pub async fn read(&self, client: &Arc<Client>, heard: &LastHeard) -> Option<i32> {
        let announced = self.unread()?;
        // Each batch has something in it.
        for _ in 0..announced {
            let asked = Instant::now();
            client.send_node(more()).await.ok()?;
            if !came(heard, asked).await {
                break;
            }
        }
        self.0.lock().read = true;
        Some(announced)
    }
}

/// Waits until something has come and it is quiet again; `false`: nothing has.
async fn came(heard: &LastHeard, asked: Instant) -> bool {
    loop {
        sleep(PAUSE).await;
        let last = heard.last();
        match last > asked {
            true if last.elapsed() >= PAUSE => return true,
            false if asked.elapsed() >= PATIENCE => return false,
            _ => {}
        }
    }
}

fn more() -> Node {
    let batch = NodeBuilder::new("offline_batch").attr("count", BATCH);
    NodeBuilder::new("ib").children([batch.build()]).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_announced_is_unread_until_it_has_come() {
        let backlog = Backlog::default();
        assert!(backlog.ended(0));
        assert_eq!(backlog.unread(), None);
        for (announced, count, read) in [
            (300, 64, false),
            (300, 300, true),
            (300, i32::MAX, true),
            (i32::MAX, 1, false),
            (0, 0, true),
            (i32::MIN, 0, true),
            (5, i32::MIN, false),
        ] {
            let backlog = Backlog::default();
            backlog.announced(announced);
            assert_eq!(backlog.ended(count), read, "{announced} {count}");
            assert_eq!(backlog.unread().is_none(), read);
        }
    }
}
