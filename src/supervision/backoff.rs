//! When a device whose life ended gets its next one: a pure decision on its history.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Supervision;
use crate::device::exit::{ExitReason, Verdict};

/// The configured numbers.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The longest delay after a first failure.
    pub first: Duration,
    /// The longest delay after any number of them.
    pub longest: Duration,
    /// Who was logged in for so long begins with the first delay again.
    pub stable_after: Duration,
    /// So many failures …
    pub quarantine_failures: usize,
    /// … within this time …
    pub quarantine_window: Duration,
    /// … keep a device away for so long.
    pub quarantine_delay: Duration,
}

impl From<&Supervision> for Policy {
    fn from(config: &Supervision) -> Self {
        Self {
            first: config.backoff_first,
            longest: config.backoff_longest,
            stable_after: config.stable_after,
            quarantine_failures: config.quarantine_failures.get(),
            quarantine_window: config.quarantine_window,
            quarantine_delay: config.quarantine_delay,
        }
    }
}

/// What follows an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    StayDown,
    /// A new life when the gate lets it in, which it does not before the fleet is well again.
    Queue,
    /// A new life after this time.
    Restart(Duration),
    /// Failed too often in too short a time: a new life, but not soon.
    Quarantine(Duration),
}

/// The failures of one device since it was last stable.
#[derive(Clone, Debug, Default)]
pub struct History {
    failures: u32,
    recent: VecDeque<Instant>,
}

impl History {
    /// Forgets everything: somebody asked for a fresh start.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Decides after an exit. `lived`: how long the life was logged in. `jitter`: a random number in 0..1, so that
    /// devices that failed together do not come back together.
    pub fn decide(
        &mut self,
        reason: ExitReason,
        lived: Duration,
        now: Instant,
        policy: &Policy,
        jitter: f64,
    ) -> Decision {
        match reason.verdict() {
            Verdict::StayDown => Decision::StayDown,
            Verdict::Now => Decision::Restart(Duration::ZERO),
            Verdict::After(delay) => Decision::Restart(delay),
            Verdict::AfterCanary => Decision::Queue,
            Verdict::Backoff => self.back_off(lived, now, policy, jitter),
        }
    }

    fn back_off(
        &mut self,
        lived: Duration,
        now: Instant,
        policy: &Policy,
        jitter: f64,
    ) -> Decision {
        if lived >= policy.stable_after {
            self.clear();
        }
        self.failures = self.failures.saturating_add(1);
        self.recent.push_back(now);
        while self
            .recent
            .front()
            .is_some_and(|at| now - *at > policy.quarantine_window)
        {
            self.recent.pop_front();
        }
        if self.recent.len() >= policy.quarantine_failures {
            self.recent.clear();
            return Decision::Quarantine(policy.quarantine_delay);
        }
        Decision::Restart(reconnect_delay(self.failures, policy, jitter))
    }
}

/// Full jitter: anything up to a ceiling that doubles with every failure.
pub(super) fn reconnect_delay(failures: u32, policy: &Policy, jitter: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(30);
    let ceiling = policy
        .first
        .saturating_mul(1 << doublings)
        .min(policy.longest);
    ceiling.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::fixtures::POLICY;

    const LOST: ExitReason = ExitReason::ConnectionLost;

    fn fail(history: &mut History, now: Instant, lived: u64) -> Decision {
        history.decide(LOST, Duration::from_secs(lived), now, &POLICY, 1.0)
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        let mut history = History::default();
        let mut now = Instant::now();
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let decision = fail(&mut history, now, 0);
            assert_eq!(decision, Decision::Restart(Duration::from_secs(expected)));
            now += Duration::from_secs(61);
        }
    }

    #[test]
    fn a_stable_life_starts_from_the_first_delay_again() {
        let mut history = History::default();
        let now = Instant::now();
        fail(&mut history, now, 0);
        fail(&mut history, now, 0);
        assert_eq!(
            fail(&mut history, now, 60),
            Decision::Restart(Duration::from_secs(1))
        );
    }

    #[test]
    fn failing_again_and_again_ends_in_quarantine_and_then_gets_another_chance() {
        let mut history = History::default();
        let now = Instant::now();
        for _ in 0..4 {
            assert!(matches!(fail(&mut history, now, 0), Decision::Restart(_)));
        }
        assert_eq!(
            fail(&mut history, now, 0),
            Decision::Quarantine(POLICY.quarantine_delay)
        );
        let later = now + POLICY.quarantine_delay;
        assert!(matches!(fail(&mut history, later, 0), Decision::Restart(_)));
    }

    #[test]
    fn jitter_spreads_the_delay_from_nothing_to_the_ceiling() {
        assert_eq!(reconnect_delay(3, &POLICY, 0.0), Duration::ZERO);
        assert_eq!(reconnect_delay(3, &POLICY, 0.5), Duration::from_secs(2));
        assert_eq!(reconnect_delay(u32::MAX, &POLICY, 1.0), POLICY.longest);
    }

    #[test]
    fn what_a_person_must_mend_stays_down() {
        let mut history = History::default();
        for reason in [
            ExitReason::LoggedOut,
            ExitReason::Replaced,
            ExitReason::Refused(418),
        ] {
            let decision = history.decide(reason, Duration::ZERO, Instant::now(), &POLICY, 1.0);
            assert_eq!(decision, Decision::StayDown);
        }
    }
}
