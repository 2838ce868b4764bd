//! Which devices have changed, for whoever follows many of them: names only, and no more than lately. What a device is
//! like is in its view.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::ids::{DeviceId, TenantId, UserId};

/// So many changes are remembered; whoever has missed more looks at all devices anew.
const REMEMBERED: usize = 4096;

/// A device has changed, was added or is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which one.
    pub device: DeviceId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
}

/// The latest changes of all devices. Its clones are the same.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    latest: Mutex<VecDeque<Change>>,
    /// How many changes there were.
    count: watch::Sender<u64>,
}

impl Default for Feed {
    fn default() -> Self {
        Self(Arc::new(Shared {
            latest: Mutex::default(),
            count: watch::Sender::new(0),
        }))
    }
}

impl Feed {
    /// Tells all who follow. Call it when the view says so already.
    pub fn tell(&self, change: Change) {
        let mut latest = self.0.latest.lock();
        if latest.len() == REMEMBERED {
            latest.pop_front();
        }
        latest.push_back(change);
        self.0.count.send_modify(|count| *count += 1);
    }

    /// Counts the changes: it changes with each.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.0.count.subscribe()
    }

    /// The changes after the first `seen`, and how many there are now. `None`: they are not remembered, or there were never
    /// so many.
    pub fn after(&self, seen: u64) -> Option<(Vec<Change>, u64)> {
        let latest = self.0.latest.lock();
        let count = *self.0.count.borrow();
        let missed = usize::try_from(count.checked_sub(seen)?).ok()?;
        let skipped = latest.len().checked_sub(missed)?;
        Some((latest.iter().skip(skipped).copied().collect(), count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        Change {
            device: DeviceId::random(),
            tenant: TenantId::random(),
            user: UserId::random(),
        }
    }

    #[test]
    fn whoever_follows_gets_what_was_missed_or_hears_that_it_is_forgotten() {
        let feed = Feed::default();
        let changes = [change(), change(), change()];
        changes.into_iter().for_each(|change| feed.tell(change));
        assert_eq!(feed.after(0), Some((changes.to_vec(), 3)));
        assert_eq!(feed.after(2), Some((vec![changes[2]], 3)));
        assert_eq!(feed.after(3), Some((Vec::new(), 3)));
        assert_eq!(feed.after(4), None, "from another life of the daemon");
        (0..REMEMBERED).for_each(|_| feed.tell(changes[0]));
        assert_eq!(feed.after(2), None);
        assert!(feed.after(3).is_some());
    }
}
