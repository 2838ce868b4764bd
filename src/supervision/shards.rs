//! The threads on which devices run: a device always runs on the same one.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;

use actix::{Arbiter, ArbiterHandle};

use crate::ids::DeviceId;

/// A fixed list of single-threaded executors.
pub struct Shards(Vec<Arbiter>);

impl Shards {
    /// Starts so many threads.
    pub fn start(count: NonZeroUsize) -> Self {
        Self((0..count.get()).map(|_| Arbiter::new()).collect())
    }

    /// Where this device runs.
    pub fn place(&self, device: DeviceId) -> ArbiterHandle {
        let mut hasher = DefaultHasher::new();
        device.hash(&mut hasher);
        let index = (hasher.finish() % self.0.len() as u64) as usize;
        self.0[index].handle()
    }

    /// All of them, for whoever asks whether they answer.
    pub fn handles(&self) -> Vec<ArbiterHandle> {
        self.0.iter().map(Arbiter::handle).collect()
    }

    /// Ends the threads. Whatever still runs on them is dropped.
    pub fn stop(self) {
        for shard in &self.0 {
            shard.stop();
        }
        for shard in self.0 {
            // A shard that panicked has nothing more to say.
            let _ = shard.join();
        }
    }
}
