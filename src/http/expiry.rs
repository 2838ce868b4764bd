//! When something ends that a caller makes for others.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::failure::Invalid;

/// When a request wants something to end: at a time, or after so many seconds; at the latest after `longest` seconds. `None`:
/// it does not say. What has ended already is refused.
pub fn end(
    at: Option<DateTime<Utc>>,
    seconds: Option<i64>,
    longest: i64,
) -> Result<Option<DateTime<Utc>>, Invalid> {
    let now = Utc::now();
    let end = match (at, seconds) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            let problem = "expires_in says the same as expires_at: leave one of them out";
            return Err(Invalid::field("expires_in", problem));
        }
        (Some(at), None) if at <= now => {
            return Err(Invalid::field(
                "expires_at",
                "expires_at must be in the future",
            ));
        }
        (None, Some(..=0)) => {
            return Err(Invalid::field(
                "expires_in",
                "expires_in must be more than 0 seconds",
            ));
        }
        (Some(at), None) => at,
        (None, Some(seconds)) => now + TimeDelta::seconds(seconds.min(longest)),
    };
    let end = end.min(now + TimeDelta::seconds(longest));
    // Times are kept in whole seconds, and nothing ends before it was asked to.
    Ok(Some((end + TimeDelta::milliseconds(999)).trunc_subsecs(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_in_the_future_and_not_too_far_away() {
        let now = Utc::now();
        let longest = now + TimeDelta::seconds(102);
        assert_eq!(end(None, None, 100), Ok(None));
        for seconds in [1, 100, i64::MAX] {
            let found = end(None, Some(seconds), 100).unwrap().unwrap();
            assert!(found > now && found < longest);
        }
        for seconds in [0, -1, i64::MIN] {
            assert!(end(None, Some(seconds), 100).is_err());
        }
        assert!(end(Some(now), None, 100).is_err());
        let far = end(Some(DateTime::<Utc>::MAX_UTC), None, 100);
        assert!(far.unwrap().unwrap() < longest);
        assert!(end(Some(longest), Some(1), 100).is_err());
    }
}
