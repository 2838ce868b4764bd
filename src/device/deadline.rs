//! By when something has to end: it can be put off while somebody waits for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

/// By when something has to end. Clones are the same.
#[derive(Clone, Debug)]
pub struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    /// So long from now.
    pub fn after(wait: Duration) -> Self {
        Self(Arc::new(Mutex::new(Instant::now() + wait)))
    }

    /// It is so much later: what its work has to wait for takes so long.
    pub fn put_off(&self, wait: Duration) {
        *self.0.lock() += wait;
    }

    /// As it is now.
    pub fn at(&self) -> Instant {
        *self.0.lock()
    }

    /// Whether it is over.
    pub fn has_passed(&self) -> bool {
        self.at() <= Instant::now()
    }

    /// Does something until `grace` after this. `None`: it has not come to its end by then.
    pub async fn limit<T>(&self, grace: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            let at = self.at();
            if let Ok(done) = timeout_at(at + grace, &mut work).await {
                return Some(done);
            }
            if self.at() == at {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_put_off_while_somebody_waits_ends_later() {
        let seconds = Duration::from_secs;
        let deadline = Deadline::after(seconds(2));
        let later = deadline.clone();
        let work = async {
            sleep(seconds(1)).await;
            later.put_off(seconds(3));
            sleep(seconds(3)).await;
        };
        assert_eq!(deadline.limit(Duration::ZERO, work).await, Some(()));
        assert!(!deadline.has_passed());
        assert_eq!(deadline.limit(seconds(1), pending::<()>()).await, None);
        assert!(deadline.has_passed());
    }
}
