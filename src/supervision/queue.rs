//! The order in which devices connect: who was used last comes first, and nobody waits for ever.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::ids::DeviceId;

/// Every so many admissions it is the turn of the device that has waited longest, so that a device at place `n` comes
/// after `n` times as many at the latest, however many busy ones join behind it.
const TURN_OF_THE_FIRST: u64 = 4;

/// Those who wait to connect. Joining, leaving and being taken cost the same for a whole fleet as for a few.
#[derive(Default)]
pub struct Queue {
    places: HashMap<DeviceId, Place>,
    /// In the order in which they came.
    by_arrival: BTreeMap<u64, DeviceId>,
    /// Who was used last comes last; of several, the one that came first.
    by_use: BTreeSet<(DateTime<Utc>, Reverse<u64>)>,
    arrivals: u64,
    admitted: u64,
}

struct Place {
    arrival: u64,
    active_at: DateTime<Utc>,
}

impl Queue {
    /// Joins at the end, unless the device waits already. `active_at`: when it was used last.
    pub fn join(&mut self, device: DeviceId, active_at: DateTime<Utc>) {
        if self.places.contains_key(&device) {
            return;
        }
        self.arrivals += 1;
        let arrival = self.arrivals;
        self.by_arrival.insert(arrival, device);
        self.by_use.insert((active_at, Reverse(arrival)));
        self.places.insert(device, Place { arrival, active_at });
    }

    /// The device waits no longer.
    pub fn leave(&mut self, device: DeviceId) {
        if let Some(Place { arrival, active_at }) = self.places.remove(&device) {
            self.by_arrival.remove(&arrival);
            self.by_use.remove(&(active_at, Reverse(arrival)));
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Takes the device whose turn it is.
    pub fn take(&mut self) -> Option<DeviceId> {
        let (first, _) = self.by_arrival.first_key_value()?;
        let (_, Reverse(busiest)) = self.by_use.last()?;
        self.admitted += 1;
        let arrival = match self.admitted.is_multiple_of(TURN_OF_THE_FIRST) {
            true => first,
            false => busiest,
        };
        let device = *self.by_arrival.get(arrival)?;
        self.leave(device);
        Some(device)
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
