//! The order in which devices connect: who was used last comes first, and nobody waits for ever.

use chrono::{DateTime, Utc};

use crate::ids::DeviceId;

/// Every so many admissions it is the turn of the device that has waited longest, so that a device at place `n` comes
/// after `n` times as many at the latest, however many busy ones join behind it.
const TURN_OF_THE_FIRST: u64 = 4;

/// Those who wait to connect, in the order in which they came.
#[derive(Default)]
pub struct Queue {
    waiting: Vec<Place>,
    admitted: u64,
}

struct Place {
    device: DeviceId,
    active_at: DateTime<Utc>,
}

impl Queue {
    /// Joins at the end. `active_at`: when the device was used last.
    pub fn join(&mut self, device: DeviceId, active_at: DateTime<Utc>) {
        if !self.waiting.iter().any(|place| place.device == device) {
            self.waiting.push(Place { device, active_at });
        }
    }

    pub fn leave(&mut self, device: DeviceId) {
        self.waiting.retain(|place| place.device != device);
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the device whose turn it is.
    pub fn take(&mut self) -> Option<DeviceId> {
        if self.waiting.is_empty() {
            return None;
        }
        self.admitted += 1;
        let place = match self.admitted.is_multiple_of(TURN_OF_THE_FIRST) {
            true => 0,
            false => self.most_recently_active(),
        };
        Some(self.waiting.remove(place).device)
    }

    /// Of several, the one that came first.
    fn most_recently_active(&self) -> usize {
        let mut best = 0;
        for (place, candidate) in self.waiting.iter().enumerate() {
            if candidate.active_at > self.waiting[best].active_at {
                best = place;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn who_was_used_last_comes_first_and_equals_keep_their_order() {
        let mut queue = Queue::default();
        let devices: Vec<_> = (0..3).map(|_| DeviceId::random()).collect();
        queue.join(devices[0], at(10));
        queue.join(devices[1], at(20));
        queue.join(devices[2], at(20));
        queue.join(devices[2], at(90));
        assert_eq!(queue.take(), Some(devices[1]));
        assert_eq!(queue.take(), Some(devices[2]));
        assert_eq!(queue.take(), Some(devices[0]));
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn a_device_that_nobody_uses_is_not_starved_by_busy_ones() {
        let mut queue = Queue::default();
        let forgotten: Vec<_> = (0..5).map(|_| DeviceId::random()).collect();
        for device in &forgotten {
            queue.join(*device, at(0));
        }
        let mut came = Vec::new();
        // As many busy devices join as are let in.
        for now in 1..=20 {
            queue.join(DeviceId::random(), at(now));
            came.extend(queue.take().filter(|device| forgotten.contains(device)));
        }
        assert_eq!(came, forgotten);
    }
}
