//! The wall clock that the protocol library is given: it is right, but it never leaps.
//!
//! The library compares wall-clock times to tell whether a connection is dead, so that a machine whose clock is set ends
//! healthy connections. This clock goes with the monotonic one, and drifts towards the machine's: half a second per second at
//! most, which is slow enough for an answer to come before its question looks old.

use std::time::Duration;

use chrono::Utc;
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};
use wacore::time::{TimeProvider, set_time_provider};

/// A clock that is wrong by more is set at once: it would be wrong for too long. In milliseconds.
const LEAP: i64 = 2 * 3600 * 1000;

/// Gives the library this clock, which is one for the whole process.
pub fn install() {
    // Somebody who was first has set the same.
    let _ = set_time_provider(SmoothClock::starting(machine_millis(), uptime()));
}

struct SmoothClock(Mutex<Reading>);

/// What it showed last.
#[derive(Clone, Copy)]
struct Reading {
    /// Unix milliseconds.
    shown: i64,
    at: Duration,
}

impl SmoothClock {
    fn starting(shown: i64, at: Duration) -> Self {
        Self(Mutex::new(Reading { shown, at }))
    }

    /// `machine`: Unix milliseconds by the machine's clock, `at`: by one that nobody sets.
    fn read(&self, machine: i64, at: Duration) -> i64 {
        let mut last = self.0.lock();
        let passed = at.saturating_sub(last.at).as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let shown = last.shown.saturating_add(passed);
        let wrong = machine.saturating_sub(shown);
        let shown = match wrong.unsigned_abs() > LEAP.unsigned_abs() {
            true => machine,
            false => shown + wrong.clamp(-passed / 2, passed / 2),
        };
        // Less than two milliseconds cannot be halved: they count when they have become more.
        if passed > 1 || shown == machine {
            *last = Reading { shown, at };
        }
        shown
    }
}

impl TimeProvider for SmoothClock {
    fn now_millis(&self) -> i64 {
        self.read(machine_millis(), uptime())
    }
}

/// Unlike other monotonic clocks this one goes on while the machine sleeps.
fn uptime() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn machine_millis() -> i64 {
    Utc::now()
        .timestamp_millis()
        .saturating_add(super::failpoints::clock_step())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * 1000;
    const NOW: i64 = 1_800_000_000_000;

    fn at(millis: i64) -> Duration {
        Duration::from_millis(millis.try_into().unwrap())
    }

    #[test]
    fn it_goes_with_the_machine_s() {
        let clock = SmoothClock::starting(NOW, at(0));
        for passed in (0..100_000).step_by(7) {
            assert_eq!(clock.read(NOW + passed, at(passed)), NOW + passed);
        }
    }

    #[test]
    fn a_step_of_an_hour_makes_nothing_look_old_and_is_followed_in_time() {
        for step in [HOUR, -HOUR] {
            let clock = SmoothClock::starting(NOW, at(0));
            let (mut before, mut passed) = (NOW, 0);
            while clock.read(NOW + passed + step, at(passed)) != NOW + passed + step {
                passed += 1000;
                let shown = clock.read(NOW + passed + step, at(passed));
                assert!(
                    (500..=1500).contains(&(shown - before)),
                    "{}",
                    shown - before
                );
                before = shown;
                assert!(passed <= 2 * HOUR + 2000);
            }
        }
    }

    #[test]
    fn a_clock_that_is_far_too_wrong_is_set() {
        for machine in [i64::MIN, 0, NOW + 3 * HOUR, i64::MAX] {
            let clock = SmoothClock::starting(NOW, at(0));
            assert_eq!(clock.read(machine, at(1)), machine);
            assert_eq!(clock.read(NOW, Duration::MAX), NOW);
        }
    }

    #[test]
    fn it_is_followed_however_often_it_is_read() {
        let clock = SmoothClock::starting(NOW, at(0));
        for passed in 0..10_000 {
            clock.read(NOW + passed + HOUR, at(passed));
        }
        let gained = clock.read(NOW + 10_000 + HOUR, at(10_000)) - NOW - 10_000;
        assert!((4_000..=5_000).contains(&gained), "{gained}");
    }
}
