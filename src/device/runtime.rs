//! Runs the protocol library's tasks on the thread of the device's shard.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use tokio::runtime::Handle;
use wacore::runtime::{AbortHandle, Runtime};

type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// The runtime of one life: a panic in any of its tasks is reported, and ends only that life.
pub struct ShardRuntime<F> {
    shard: Handle,
    on_panic: F,
}

impl<F: Fn() + Clone + Send + Sync + 'static> ShardRuntime<F> {
    /// To be called on the shard's own thread.
    pub fn here(on_panic: F) -> Self {
        Self {
            shard: Handle::current(),
            on_panic,
        }
    }

    fn guarded(&self, task: Task) -> impl Future<Output = ()> + Send + 'static {
        let on_panic = self.on_panic.clone();
        AssertUnwindSafe(task).catch_unwind().map(move |ended| {
            if ended.is_err() {
                on_panic();
            }
        })
    }
}

#[async_trait]
impl<F: Fn() + Clone + Send + Sync + 'static> Runtime for ShardRuntime<F> {
    fn spawn(&self, task: Task) -> AbortHandle {
        let task = self.shard.spawn(self.guarded(task));
        AbortHandle::new(move || task.abort())
    }

    fn spawn_detached(&self, task: Task) {
        self.shard.spawn(self.guarded(task));
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn_blocking(
        &self,
        work: Box<dyn FnOnce() + Send + 'static>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let work = self.shard.spawn_blocking(work);
        let on_panic = self.on_panic.clone();
        Box::pin(async move {
            if work.await.is_err_and(|error| error.is_panic()) {
                on_panic();
            }
        })
    }

    /// A shard is one thread: without a real yield a long loop would starve its other devices.
    fn yield_now(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        Some(Box::pin(tokio::task::yield_now()))
    }

    fn yield_frequency(&self) -> u32 {
        1
    }
}
