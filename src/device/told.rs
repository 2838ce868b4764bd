//! Times and waits that somebody else has told: whatever the number, they can be written and calculated with.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The last second that is written with a year of four digits, in Unix seconds.
const LAST: i64 = 253_402_300_799;
/// No wait that WhatsApp asks for is longer: it is as good as for ever, and every clock can add it.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
/// Who asks for none at all means that he does not want to be asked again and again.
const SHORTEST: Duration = Duration::from_secs(1);
/// By so much somebody's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// A moment between 1970 and 9999: RFC 3339 knows no other.
pub fn time(at: DateTime<Utc>) -> DateTime<Utc> {
    match at.timestamp() {
        0..=LAST => at,
        before if before < 0 => DateTime::UNIX_EPOCH,
        _ => DateTime::from_timestamp(LAST, 0).unwrap_or(DateTime::UNIX_EPOCH),
    }
}

/// The same from Unix seconds.
pub fn seconds(at: u64) -> DateTime<Utc> {
    let at = i64::try_from(at).map_or(LAST, |at| at.min(LAST));
    DateTime::from_timestamp(at, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// A moment that decides what is newer: one that is far ahead would be the newest for ever.
pub fn version(at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let latest = now.checked_add_signed(AHEAD).unwrap_or(now);
    time(at).min(latest)
}

/// How long to stay away.
pub fn wait(asked: TimeDelta) -> Duration {
    asked.to_std().unwrap_or_default().clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;

    use super::*;

    #[test]
    fn whatever_the_number_it_is_a_time_that_others_can_read() {
        let (min, max) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let now = seconds(1_800_000_000);
        for at in [min, max, now, DateTime::UNIX_EPOCH] {
            for told in [time(at), version(at, now)] {
                let text = told.to_rfc3339_opts(SecondsFormat::Secs, true);
                assert_eq!(text.len(), "2026-11-27T00:00:00Z".len(), "{text}");
            }
        }
        for at in [
            0,
            1,
            1_800_000_000,
            8_300_000_000_000,
            i64::MAX as u64,
            u64::MAX,
        ] {
            let text = seconds(at).to_rfc3339_opts(SecondsFormat::Secs, true);
            assert_eq!(text.len(), "2026-11-27T00:00:00Z".len(), "{text}");
        }
        assert_eq!(time(now), now);
        assert!(version(max, now) < now + TimeDelta::days(2));
    }

    #[test]
    fn no_wait_is_longer_than_any_clock_can_add() {
        let asked = [
            TimeDelta::MIN,
            TimeDelta::zero(),
            TimeDelta::hours(1),
            TimeDelta::MAX,
        ];
        let waits = asked.map(wait);
        assert_eq!(
            waits,
            [SHORTEST, SHORTEST, Duration::from_secs(3600), LONGEST]
        );
        assert!(
            waits
                .iter()
                .all(|wait| std::time::Instant::now().checked_add(*wait).is_some())
        );
    }
}
