//! The one gate for connects: a queue, a token bucket, a limit of handshakes under way, and the fleet breaker. A pure
//! state machine.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::backoff::Policy;
use super::breaker::{self, Breaker, Failed, Passage};
use super::queue::Queue;

use crate::config::Supervision;
use crate::ids::DeviceId;

/// The configured numbers.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connects per second.
    pub rate: f64,
    /// Handshakes at the same time.
    pub handshakes: usize,
    /// When the whole fleet is held back.
    pub breaker: breaker::Limits,
}

impl From<&Supervision> for Limits {
    fn from(config: &Supervision) -> Self {
        Self {
            rate: config.connects_per_second,
            handshakes: config.simultaneous_connects.get(),
            breaker: breaker::Limits::from(config),
        }
    }
}

/// Who waits, and who is connecting.
pub struct Admission {
    limits: Limits,
    tokens: f64,
    filled_at: Instant,
    queue: Queue,
    connecting: HashSet<DeviceId>,
    breaker: Breaker,
    paused: bool,
}

impl Admission {
    /// An open gate before which nobody waits.
    pub fn new(limits: Limits, policy: Policy, now: Instant) -> Self {
        Self {
            limits,
            tokens: limits.rate.max(1.0),
            filled_at: now,
            queue: Queue::default(),
            connecting: HashSet::new(),
            breaker: Breaker::new(limits.breaker, policy),
            paused: false,
        }
    }

    /// Joins the queue, unless the device is in it or connecting already. `active_at`: when it was used last.
    pub fn join(&mut self, device: DeviceId, active_at: DateTime<Utc>) {
        if !self.connecting.contains(&device) {
            self.queue.join(device, active_at);
        }
    }

    /// The device no longer wants to connect, or was told to go.
    pub fn leave(&mut self, device: DeviceId) {
        self.connecting.remove(&device);
        self.queue.leave(device);
        self.breaker.left(device);
    }

    /// The device got through to WhatsApp. True when the fleet may follow it that had to wait before.
    pub fn connected(&mut self, device: DeviceId) -> bool {
        self.connecting.remove(&device);
        self.breaker.connected()
    }

    /// A life of the device failed, however far it had come. True when that holds the whole fleet back.
    pub fn failed(&mut self, failed: Failed, now: Instant) -> bool {
        self.connecting.remove(&failed.device);
        self.breaker.failed(failed, now)
    }

    /// Lets nobody in until `resume`.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Ends a pause.
    pub fn resume(&mut self) {
        self.paused = false;
    }

    /// Whether nobody is let in at present.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Lets one device in, if there is room and a token, and the fleet is well.
    pub fn admit(&mut self, now: Instant) -> Option<DeviceId> {
        self.fill(now);
        if self.paused || self.tokens < 1.0 || self.connecting.len() >= self.limits.handshakes {
            return None;
        }
        if let Passage::Closed(_) = self.breaker.passage(now) {
            return None;
        }
        let device = self.queue.take()?;
        self.tokens -= 1.0;
        self.connecting.insert(device);
        self.breaker.admitted(device);
        Some(device)
    }

    /// When to ask again, if only time is missing. Nobody waits, no room, or a canary is under way: what changes that
    /// will tell.
    pub fn next_chance(&self, now: Instant) -> Option<Duration> {
        if self.paused || self.queue.is_empty() || self.connecting.len() >= self.limits.handshakes {
            return None;
        }
        let token = Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / self.limits.rate);
        match self.breaker.passage(now) {
            Passage::Open | Passage::Canary => Some(token),
            Passage::Closed(wait) => wait.map(|wait| wait.max(token)),
        }
    }

    /// How many wait in the queue.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether all but one device must wait.
    pub fn is_held_back(&self) -> bool {
        self.breaker.is_open()
    }

    fn fill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.filled_at).as_secs_f64() * self.limits.rate;
        self.tokens = (self.tokens + gained).min(self.limits.rate.max(1.0));
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::device::exit::ExitReason;
    use crate::supervision::fixtures::POLICY;

    fn gate(rate: f64, handshakes: usize, now: Instant) -> Admission {
        let breaker = breaker::Limits {
            share: 0.1,
            devices: 2,
            window: Duration::from_secs(60),
        };
        let limits = Limits {
            rate,
            handshakes,
            breaker,
        };
        Admission::new(limits, POLICY, now)
    }

    /// So many devices that wait, used equally long ago.
    fn fill(gate: &mut Admission, count: usize) -> Vec<DeviceId> {
        let devices: Vec<_> = (0..count).map(|_| DeviceId::random()).collect();
        devices
            .iter()
            .for_each(|device| gate.join(*device, DateTime::UNIX_EPOCH));
        devices
    }

    #[test]
    fn connects_are_spread_by_rate_and_come_in_order() {
        let start = Instant::now();
        let mut gate = gate(2.0, 100, start);
        let queue = fill(&mut gate, 4);
        assert_eq!(gate.admit(start), Some(queue[0]));
        assert_eq!(gate.admit(start), Some(queue[1]));
        assert_eq!(gate.admit(start), None);
        let next = gate.next_chance(start).expect("two are waiting");
        assert_eq!(next, Duration::from_millis(500));
        assert_eq!(gate.admit(start + next), Some(queue[2]));
    }

    #[test]
    fn a_thousand_devices_connect_at_the_rate_and_never_more_at_once_than_allowed() {
        let (start, mut connecting) = (Instant::now(), VecDeque::new());
        let mut gate = gate(50.0, 32, start);
        let mut missing = fill(&mut gate, 1000);
        let mut now = start;
        while !missing.is_empty() {
            while let Some(device) = gate.admit(now) {
                missing.retain(|other| *other != device);
                connecting.push_back((now, device));
                assert!(connecting.len() <= 32);
            }
            // Every handshake takes a second.
            now += Duration::from_millis(10);
            while let Some((began, device)) = connecting.front().copied()
                && now - began >= Duration::from_secs(1)
            {
                connecting.pop_front();
                gate.connected(device);
            }
        }
        // 32 handshakes of a second each are the narrower limit here.
        let took = (now - start).as_secs_f64();
        assert!((30.0..33.0).contains(&took), "{took} seconds");
    }

    #[test]
    fn no_more_handshakes_than_allowed_at_the_same_time() {
        let start = Instant::now();
        let mut gate = gate(1000.0, 2, start);
        let queue = fill(&mut gate, 3);
        assert!(gate.admit(start).is_some() && gate.admit(start).is_some());
        assert_eq!(gate.admit(start), None);
        assert_eq!(gate.next_chance(start), None, "only room is missing");
        gate.leave(queue[0]);
        assert_eq!(gate.admit(start), Some(queue[2]));
    }

    #[test]
    fn joining_twice_counts_once_and_leaving_the_queue_is_possible() {
        let start = Instant::now();
        let mut gate = gate(10.0, 10, start);
        let queue = fill(&mut gate, 2);
        gate.join(queue[0], Utc::now());
        gate.leave(queue[1]);
        assert_eq!(gate.admit(start), Some(queue[0]));
        gate.join(queue[0], Utc::now());
        assert_eq!(gate.admit(start), None);
    }

    #[test]
    fn a_fleet_that_fails_alike_waits_for_one_that_gets_through() {
        let start = Instant::now();
        let mut gate = gate(100.0, 100, start);
        let queue = fill(&mut gate, 6);
        let fail = |gate: &mut Admission, device, now| {
            let reason = ExitReason::ConnectTimedOut;
            let failed = Failed {
                device,
                reason,
                fleet: 6,
                jitter: 1.0,
            };
            gate.failed(failed, now)
        };
        assert_eq!(gate.admit(start), Some(queue[0]));
        assert_eq!(gate.admit(start), Some(queue[1]));
        assert!(!fail(&mut gate, queue[0], start));
        assert!(fail(&mut gate, queue[1], start));
        assert_eq!(gate.admit(start), None);
        let first = start + gate.next_chance(start).expect("the first canary is due");
        let canary = gate.admit(first).expect("a canary");
        assert_eq!(gate.admit(first), None);
        assert_eq!(gate.next_chance(first), None, "the canary will tell");
        assert!(!fail(&mut gate, canary, first));
        let wait = gate.next_chance(first).expect("the second canary is due");
        assert_eq!(wait, Duration::from_secs(2));
        let canary = gate.admit(first + wait).expect("another canary");
        assert!(gate.connected(canary));
        assert!(gate.admit(first + wait).is_some() && gate.admit(first + wait).is_some());
    }
}
