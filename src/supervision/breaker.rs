//! The fleet breaker: when many devices fail alike, the trouble is not theirs. One at a time tries, the others wait.

mod recent;

use std::time::Duration;

use tokio::time::Instant;

use self::recent::Recent;
use super::backoff::{Policy, reconnect_delay};
use crate::config::Supervision;
use crate::device::exit::{ExitReason, Verdict};
use crate::ids::DeviceId;

/// The configured numbers.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// More than this part of the fleet …
    pub share: f64,
    /// … and at least so many devices …
    pub devices: usize,
    /// … within this time.
    pub window: Duration,
}

impl From<&Supervision> for Limits {
    fn from(config: &Supervision) -> Self {
        Self {
            share: config.breaker_share,
            devices: config.breaker_devices.get(),
            window: config.breaker_window,
        }
    }
}

/// Who may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Everybody, as far as the other limits let them.
    Open,
    /// One device, to see whether it gets through.
    Canary,
    /// Nobody for this time; `None`: until it is known what became of the canary.
    Closed(Option<Duration>),
}

/// An end of a life that nobody asked for.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    /// Whose life it was.
    pub device: DeviceId,
    /// Why it ended.
    pub reason: ExitReason,
    /// How many devices are not down: they have a life, or wait for one.
    pub fleet: usize,
    /// A random number in 0..1.
    pub jitter: f64,
}

/// A closed or an open breaker; a pure state machine.
pub struct Breaker {
    limits: Limits,
    policy: Policy,
    recent: Recent,
    open: Option<Probing>,
}

struct Probing {
    canary: Option<DeviceId>,
    /// Canaries that did not get through.
    failures: u32,
    next: Instant,
}

impl Breaker {
    /// A breaker that lets everybody pass.
    pub fn new(limits: Limits, policy: Policy) -> Self {
        Self {
            limits,
            policy,
            recent: Recent::default(),
            open: None,
        }
    }

    /// Whether the fleet is held back.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes note of a failure. True when it opens the breaker.
    pub fn failed(&mut self, failed: Failed, now: Instant) -> bool {
        let policy = self.policy;
        let wait = |failures| now + reconnect_delay(failures, &policy, failed.jitter);
        if let Some(probing) = &mut self.open {
            if probing.canary == Some(failed.device) {
                probing.canary = None;
                probing.failures = probing.failures.saturating_add(1);
                probing.next = wait(probing.failures + 1);
            }
            return false;
        }
        let alike = self.recent.note(&failed, self.limits.window, now);
        let many =
            alike >= self.limits.devices && alike as f64 > self.limits.share * failed.fleet as f64;
        if many || failed.reason.verdict() == Verdict::AfterCanary {
            self.recent = Recent::default();
            self.open = Some(Probing {
                canary: None,
                failures: 0,
                next: wait(1),
            });
        }
        self.is_open()
    }

    /// A device got through, canary or not: WhatsApp is there. True when that closes the breaker.
    pub fn connected(&mut self) -> bool {
        self.open.take().is_some()
    }

    /// The device went away for reasons of its own; if it was the canary, another one tries.
    pub fn left(&mut self, device: DeviceId) {
        if let Some(probing) = &mut self.open
            && probing.canary == Some(device)
        {
            probing.canary = None;
        }
    }

    /// Who may connect now.
    pub fn passage(&self, now: Instant) -> Passage {
        match &self.open {
            None => Passage::Open,
            Some(probing) if probing.canary.is_some() => Passage::Closed(None),
            Some(probing) if probing.next > now => Passage::Closed(Some(probing.next - now)),
            Some(_) => Passage::Canary,
        }
    }

    /// This device was let in. While the breaker is open it is the canary.
    pub fn admitted(&mut self, device: DeviceId) {
        if let Some(probing) = &mut self.open {
            probing.canary = Some(device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::fixtures::POLICY;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMITS: Limits = Limits {
        share: 0.1,
        devices: 3,
        window: Duration::from_secs(60),
    };

    fn failed(reason: ExitReason, fleet: usize) -> Failed {
        let (device, jitter) = (DeviceId::random(), 1.0);
        Failed {
            device,
            reason,
            fleet,
            jitter,
        }
    }

    fn breaker() -> Breaker {
        Breaker::new(LIMITS, POLICY)
    }

    #[test]
    fn more_than_the_share_failing_alike_opens_it_and_fewer_do_not() {
        let (mut breaker, now) = (breaker(), Instant::now());
        for _ in 0..10 {
            assert!(!breaker.failed(failed(ExitReason::ConnectTimedOut, 100), now));
        }
        assert!(!breaker.failed(failed(ExitReason::LoggedOut, 100), now));
        assert!(breaker.failed(failed(ExitReason::ConnectTimedOut, 100), now));
    }

    #[test]
    fn one_device_that_fails_often_or_a_fleet_that_fails_slowly_does_not_open_it() {
        let (mut breaker, mut now) = (breaker(), Instant::now());
        let one = failed(ExitReason::ConnectionLost, 5);
        for _ in 0..100 {
            assert!(!breaker.failed(one, now));
        }
        for _ in 0..100 {
            now += Duration::from_secs(31);
            assert!(!breaker.failed(failed(ExitReason::ConnectionLost, 5), now));
        }
    }

    #[test]
    fn two_devices_of_two_are_no_fleet() {
        let (mut breaker, now) = (breaker(), Instant::now());
        for _ in 0..2 {
            assert!(!breaker.failed(failed(ExitReason::ConnectionLost, 2), now));
        }
    }

    #[test]
    fn one_refused_version_is_enough() {
        let (mut breaker, now) = (breaker(), Instant::now());
        assert!(breaker.failed(failed(ExitReason::ClientOutdated, 1000), now));
        assert_eq!(breaker.passage(now), Passage::Closed(Some(SECOND)));
        assert_eq!(breaker.passage(now + SECOND), Passage::Canary);
    }

    #[test]
    fn one_canary_at_a_time_tries_more_and_more_rarely_until_one_gets_through() {
        let (mut breaker, mut now) = (breaker(), Instant::now());
        breaker.failed(failed(ExitReason::ClientOutdated, 10), now);
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let wait = Duration::from_secs(expected);
            assert_eq!(breaker.passage(now), Passage::Closed(Some(wait)));
            now += wait;
            assert_eq!(breaker.passage(now), Passage::Canary);
            let canary = failed(ExitReason::ClientOutdated, 10);
            breaker.admitted(canary.device);
            assert_eq!(breaker.passage(now), Passage::Closed(None));
            // What becomes of the others changes nothing.
            breaker.failed(failed(ExitReason::ConnectionLost, 10), now);
            assert_eq!(breaker.passage(now), Passage::Closed(None));
            breaker.failed(canary, now);
        }
        assert!(breaker.connected());
        assert_eq!(breaker.passage(now), Passage::Open);
        assert!(!breaker.connected());
    }

    #[test]
    fn a_canary_that_is_told_to_go_makes_room_for_another() {
        let (mut breaker, now) = (breaker(), Instant::now());
        breaker.failed(failed(ExitReason::ClientOutdated, 10), now);
        let (canary, later) = (DeviceId::random(), now + SECOND);
        breaker.admitted(canary);
        breaker.left(DeviceId::random());
        assert_eq!(breaker.passage(later), Passage::Closed(None));
        breaker.left(canary);
        assert_eq!(breaker.passage(later), Passage::Canary);
    }
}
