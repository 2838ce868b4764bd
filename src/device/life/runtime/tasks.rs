//! The library's tasks of one life: some hold its client for minutes after the connection has ended.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// Those that are alive.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    alive: HashMap<u64, AbortHandle>,
    begun: u64,
    /// Nothing begins any more.
    over: bool,
}

impl Tasks {
    /// Begins a task. `None`: the life is over, and it was dropped.
    pub(super) fn begin(
        &self,
        shard: &Handle,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Option<AbortHandle> {
        // Held until the task is noted: it may end on another thread before that.
        let mut state = self.0.lock();
        if state.over {
            return None;
        }
        state.begun += 1;
        let noted = Noted {
            tasks: self.clone(),
            number: state.begun,
        };
        let number = noted.number;
        let task = shard.spawn(async move {
            let _noted = noted;
            task.await;
        });
        let task = task.abort_handle();
        state.alive.insert(number, task.clone());
        Some(task)
    }

    /// Ends the one of this id, if it is alive.
    pub fn end_one(&self, id: tokio::task::Id) {
        let alive = self.0.lock();
        let task = alive.alive.values().find(|task| task.id() == id).cloned();
        drop(alive);
        if let Some(task) = task {
            task.abort();
        }
    }

    /// Ends all of them, whatever they are at.
    pub fn end(&self) {
        let mut state = self.0.lock();
        state.over = true;
        let alive = std::mem::take(&mut state.alive);
        drop(state);
        alive.values().for_each(AbortHandle::abort);
    }
}

/// Strikes a task off the list, however it ends.
struct Noted {
    tasks: Tasks,
    number: u64,
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.tasks.0.lock().alive.remove(&self.number);
    }
}
