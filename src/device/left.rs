//! Jobs of an earlier run whose messages may have left: they are sent again when their devices are there.

use std::collections::HashMap;
use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::store::DeviceNumber;
use crate::store::jobs::PromisedJob;

/// Those of all devices. As many at most as commands were under way when the earlier run ended.
#[derive(Default)]
pub struct Left(Mutex<HashMap<DeviceNumber, VecDeque<PromisedJob>>>);

impl Left {
    /// One more.
    pub fn push(&self, job: PromisedJob) {
        let mut left = self.0.lock();
        left.entry(job.device).or_default().push_back(job);
    }

    /// The next one of a device. It stays until [`Self::done`].
    pub fn first(&self, device: DeviceNumber) -> Option<PromisedJob> {
        self.0.lock().get(&device)?.front().cloned()
    }

    /// The next one of a device has been sent, or was told as failed.
    pub fn done(&self, device: DeviceNumber) {
        let mut left = self.0.lock();
        if let Some(jobs) = left.get_mut(&device) {
            jobs.pop_front();
            if jobs.is_empty() {
                left.remove(&device);
            }
        }
    }
}
