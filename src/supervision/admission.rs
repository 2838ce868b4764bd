//! The one gate for connects: a token bucket, and a limit of handshakes under way. A pure state machine.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::ids::DeviceId;

/// Who waits, and who is connecting.
pub struct Admission {
    /// Connects per second.
    rate: f64,
    /// Handshakes at the same time.
    limit: usize,
    tokens: f64,
    filled_at: Instant,
    waiting: VecDeque<DeviceId>,
    connecting: HashSet<DeviceId>,
}

impl Admission {
    pub fn new(rate: f64, limit: usize, now: Instant) -> Self {
        let tokens = rate.max(1.0);
        let (waiting, connecting) = (VecDeque::new(), HashSet::new());
        Self {
            rate,
            limit,
            tokens,
            filled_at: now,
            waiting,
            connecting,
        }
    }

    /// Joins the end of the line, unless the device is in it or connecting already.
    pub fn join(&mut self, device: DeviceId) {
        if !self.connecting.contains(&device) && !self.waiting.contains(&device) {
            self.waiting.push_back(device);
        }
    }

    /// The handshake is over, however it ended, or the device no longer wants one.
    pub fn leave(&mut self, device: DeviceId) {
        if !self.connecting.remove(&device) {
            self.waiting.retain(|waiting| *waiting != device);
        }
    }

    /// Lets one device in, if there is room and a token.
    pub fn admit(&mut self, now: Instant) -> Option<DeviceId> {
        self.fill(now);
        if self.tokens < 1.0 || self.connecting.len() >= self.limit {
            return None;
        }
        let device = self.waiting.pop_front()?;
        self.tokens -= 1.0;
        self.connecting.insert(device);
        Some(device)
    }

    /// When to ask again, if only a token is missing. Nobody waits, or no room: a `leave` will tell.
    pub fn next_token(&self) -> Option<Duration> {
        let needed = !self.waiting.is_empty() && self.connecting.len() < self.limit;
        needed.then(|| Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / self.rate))
    }

    fn fill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.filled_at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.rate.max(1.0));
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(count: usize) -> Vec<DeviceId> {
        (0..count).map(|_| DeviceId::random()).collect()
    }

    #[test]
    fn connects_are_spread_by_rate_and_come_in_order() {
        let start = Instant::now();
        let mut gate = Admission::new(2.0, 100, start);
        let line = devices(4);
        line.iter().for_each(|device| gate.join(*device));
        assert_eq!(gate.admit(start), Some(line[0]));
        assert_eq!(gate.admit(start), Some(line[1]));
        assert_eq!(gate.admit(start), None);
        let next = gate.next_token().expect("two are waiting");
        assert_eq!(next, Duration::from_millis(500));
        assert_eq!(gate.admit(start + next), Some(line[2]));
    }

    #[test]
    fn no_more_handshakes_than_allowed_at_the_same_time() {
        let start = Instant::now();
        let mut gate = Admission::new(1000.0, 2, start);
        let line = devices(3);
        line.iter().for_each(|device| gate.join(*device));
        assert!(gate.admit(start).is_some() && gate.admit(start).is_some());
        assert_eq!(gate.admit(start), None);
        assert_eq!(gate.next_token(), None, "only room is missing");
        gate.leave(line[0]);
        assert_eq!(gate.admit(start), Some(line[2]));
    }

    #[test]
    fn joining_twice_counts_once_and_leaving_the_line_is_possible() {
        let start = Instant::now();
        let mut gate = Admission::new(10.0, 10, start);
        let line = devices(2);
        gate.join(line[0]);
        gate.join(line[0]);
        gate.join(line[1]);
        gate.leave(line[1]);
        assert_eq!(gate.admit(start), Some(line[0]));
        gate.join(line[0]);
        assert_eq!(gate.admit(start), None);
    }
}
