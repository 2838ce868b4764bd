//! Which devices failed lately, counted by reason.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::Failed;
use crate::ids::DeviceId;

/// One device, and the name of the reason with which it failed.
type Failure = (DeviceId, &'static str);

/// The failures within a window of time. However many there are, one more costs the same.
#[derive(Default)]
pub struct Recent {
    order: VecDeque<(Instant, Failure)>,
    latest: HashMap<Failure, Instant>,
    devices: HashMap<&'static str, usize>,
}

impl Recent {
    /// Takes note of a failure, and says how many devices have failed like this one within the window. A device that
    /// fails again counts once, and from now on.
    pub fn note(&mut self, failed: &Failed, window: Duration, now: Instant) -> usize {
        self.pass(window, now);
        let failure = (failed.device, failed.reason.name());
        self.order.push_back((now, failure));
        let earlier = self.latest.insert(failure, now);
        let devices = self.devices.entry(failure.1).or_default();
        *devices += usize::from(earlier.is_none());
        *devices
    }

    fn pass(&mut self, window: Duration, now: Instant) {
        while let Some((at, failure)) = self.order.front().copied()
            && now - at > window
        {
            self.order.pop_front();
            // Otherwise the device has failed again since.
            if self.latest.get(&failure) == Some(&at) {
                self.latest.remove(&failure);
                if let Some(devices) = self.devices.get_mut(failure.1) {
                    *devices -= 1;
                }
            }
        }
    }
}
