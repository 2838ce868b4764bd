//! Runs the protocol library's tasks on the thread of the device's shard.

mod tasks;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use actix::Recipient;
use async_trait::async_trait;
use futures::FutureExt;
use tokio::runtime::Handle;
use tracing::{Instrument, Span};
use wacore::runtime::{AbortHandle, Runtime};

pub use self::tasks::Tasks;
use super::awake;
use super::blocking::Blocking;
use crate::device::exit::ExitReason;
use crate::device::job::HELD;
use crate::device::messages::Observed;

type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// For so long the library waits for the first app state before it gives the connection up. Nothing else takes as long.
const FIRST_APP_STATE: Duration = Duration::from_secs(180);

/// The runtime of one life: a panic in any of its tasks is reported, and ends only that life.
pub struct ShardRuntime<F> {
    shard: Handle,
    blocking: Blocking,
    tasks: Tasks,
    on_panic: F,
}

impl<F: Fn() + Clone + Send + Sync + 'static> ShardRuntime<F> {
    /// To be called on the shard's own thread.
    pub fn here(blocking: Blocking, on_panic: F) -> Self {
        Self {
            shard: Handle::current(),
            blocking,
            tasks: Tasks::default(),
            on_panic,
        }
    }

    /// What it runs, to be ended with the life.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn begin(&self, task: Task) -> Option<tokio::task::AbortHandle> {
        let task = guarded(task, self.on_panic.clone());
        self.tasks.begin(&self.shard, task)
    }
}

/// Ends a life with a panic of one of its tasks, for those that nobody waits for.
pub(in crate::device) fn on_panic(
    actor: &Recipient<Observed>,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let actor = actor.clone();
    move || actor.do_send(Observed::Ended(ExitReason::Panicked))
}

/// A task whose panic is reported instead of being lost with its handle, and whose logs belong to whatever began it.
pub fn guarded<T: Future<Output = ()> + Send + 'static>(
    task: T,
    on_panic: impl FnOnce() + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static {
    let guarded = AssertUnwindSafe(task).catch_unwind().map(move |ended| {
        if ended.is_err() {
            on_panic();
        }
    });
    guarded.instrument(Span::current())
}

#[async_trait]
impl<F: Fn() + Clone + Send + Sync + 'static> Runtime for ShardRuntime<F> {
    fn spawn(&self, task: Task) -> AbortHandle {
        let task = self.begin(task);
        AbortHandle::new(move || task.iter().for_each(tokio::task::AbortHandle::abort))
    }

    fn spawn_detached(&self, task: Task) {
        self.begin(task);
    }

    /// The library's clock over the first app state never runs out: ours does, and without the app state a connection is
    /// still of use.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match duration {
            FIRST_APP_STATE => Box::pin(std::future::pending()),
            duration => Box::pin(awake::sleep(super::failpoints::hastened(duration))),
        }
    }

    fn spawn_blocking(
        &self,
        work: Box<dyn FnOnce() + Send + 'static>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let held = HELD.try_with(Clone::clone).ok();
        let work = Box::new(move || {
            let _held = held;
            work();
        });
        // Begun at once, whether or not its caller waits for it.
        let work = self.shard.spawn(self.blocking.clone().run(work));
        let on_panic = self.on_panic.clone();
        Box::pin(async move {
            if let Ok(Err(error)) = work.await
                && error.is_panic()
            {
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
