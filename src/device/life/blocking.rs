//! Blocking work of all devices together: a few pieces at a time, on threads that serve nobody.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

/// One limited pool for the process. Every shard would have one of its own otherwise, of hundreds of threads each.
#[derive(Clone)]
pub struct Blocking {
    threads: Handle,
    permits: Arc<Semaphore>,
}

impl Blocking {
    /// On the threads of the present runtime, as many at a time as there are cores.
    pub fn here() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            threads: Handle::current(),
            permits: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Does the work when it is its turn. An error means that it panicked, or that the process ends.
    pub async fn run(self, work: Box<dyn FnOnce() + Send>) -> Result<(), JoinError> {
        // It cannot fail: the semaphore is never closed.
        let permit = self.permits.acquire_owned().await;
        let work = move || {
            let _permit = permit;
            work();
        };
        self.threads.spawn_blocking(work).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn no_more_at_a_time_than_there_are_cores_and_a_panic_gives_its_place_back() {
        let (blocking, most) = (Blocking::here(), Arc::new(AtomicUsize::new(0)));
        let cores = blocking.permits.available_permits();
        let work = |number: usize| {
            let (most, permits) = (most.clone(), blocking.permits.clone());
            blocking.clone().run(Box::new(move || {
                most.fetch_max(cores - permits.available_permits(), Ordering::SeqCst);
                assert!(!number.is_multiple_of(3), "a defect");
            }))
        };
        let done = join_all((0..50).map(work)).await;
        assert_eq!(done.iter().filter(|done| done.is_err()).count(), 17);
        assert!((1..=cores).contains(&most.load(Ordering::SeqCst)));
        assert_eq!(blocking.permits.available_permits(), cores);
    }
}
