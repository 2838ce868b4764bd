//! How often a token may ask: so many requests in a minute, counted from the first.

use std::sync::atomic::{AtomicI64, Ordering};

use dashmap::DashMap;

use crate::ids::{DeviceId, UserId};
use crate::store::accounts::Bearer;

/// Seconds.
const PERIOD: i64 = 60;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Any,
    /// New instances.
    Creation,
}

impl Kind {
    fn limit(self) -> u32 {
        match self {
            Self::Any => 100,
            Self::Creation => 20,
        }
    }
}

/// Where a token stands, as the `X-RateLimit-*` headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub admitted: bool,
    pub limit: u32,
    pub remaining: u32,
    /// Unix seconds.
    pub reset: i64,
}

impl Quota {
    /// Of somebody who is not counted.
    pub fn fresh(kind: Kind, now: i64) -> Self {
        Self {
            admitted: true,
            limit: kind.limit(),
            remaining: kind.limit(),
            reset: now + PERIOD,
        }
    }
}

/// There is one token per user and one per device, so this says which.
type Key = (UserId, Option<DeviceId>, Kind);

struct Window {
    began: i64,
    used: u32,
}

impl Window {
    /// A clock that was set back ends it too.
    fn holds(&self, now: i64) -> bool {
        (self.began..self.began + PERIOD).contains(&now)
    }
}

/// At most one window per token and kind, and none of those that ended more than a minute ago.
#[derive(Default)]
pub struct Rates {
    windows: DashMap<Key, Window>,
    swept: AtomicI64,
}

impl Rates {
    /// Counts a request. `now` is in Unix seconds.
    pub fn take(&self, bearer: &Bearer, kind: Kind, now: i64) -> Quota {
        self.sweep(now);
        let key = (bearer.caller.user, bearer.device, kind);
        let fresh = || Window {
            began: now,
            used: 0,
        };
        let mut window = self.windows.entry(key).or_insert_with(fresh);
        if !window.holds(now) {
            *window = fresh();
        }
        let admitted = window.used < kind.limit();
        window.used += u32::from(admitted);
        Quota {
            admitted,
            limit: kind.limit(),
            remaining: kind.limit() - window.used,
            reset: window.began + PERIOD,
        }
    }

    fn sweep(&self, now: i64) {
        let last = self.swept.load(Ordering::Relaxed);
        let due = !(last..last + PERIOD).contains(&now);
        if due && self.swept.swap(now, Ordering::Relaxed) == last {
            self.windows.retain(|_, window| window.holds(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;
    use crate::store::accounts::{Caller, Role};

    const NOON: i64 = 1_800_000_000;

    fn somebody() -> Bearer {
        let caller = Caller {
            user: UserId::random(),
            tenant: TenantId::random(),
            role: Role::User,
            grant: None,
        };
        Bearer {
            caller,
            device: None,
        }
    }

    #[test]
    fn a_minute_admits_as_many_as_the_limit_and_the_next_one_again() {
        for (kind, limit) in [(Kind::Any, 100), (Kind::Creation, 20)] {
            let (rates, ada) = (Rates::default(), somebody());
            let quota = |admitted, remaining, reset| Quota {
                admitted,
                limit,
                remaining,
                reset,
            };
            for used in 1..=limit {
                let found = rates.take(&ada, kind, NOON + i64::from(used / 2));
                assert_eq!(found, quota(true, limit - used, NOON + 60));
            }
            let refused = rates.take(&ada, kind, NOON + 59);
            assert_eq!(refused, quota(false, 0, NOON + 60));
            let again = rates.take(&ada, kind, NOON + 60);
            assert_eq!(again, quota(true, limit - 1, NOON + 120));
        }
    }

    #[test]
    fn tokens_and_kinds_do_not_share_a_window() {
        let (rates, ada) = (Rates::default(), somebody());
        let instance = Bearer {
            device: Some(DeviceId::random()),
            ..ada
        };
        for _ in 0..20 {
            rates.take(&ada, Kind::Creation, NOON);
        }
        assert!(!rates.take(&ada, Kind::Creation, NOON).admitted);
        for other in [ada, instance, somebody()] {
            assert_eq!(rates.take(&other, Kind::Any, NOON).remaining, 99);
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (rates, ada) = (Rates::default(), somebody());
        for _ in 0..101 {
            rates.take(&ada, Kind::Any, NOON);
        }
        let earlier = rates.take(&ada, Kind::Any, NOON - 3600);
        assert_eq!((earlier.admitted, earlier.reset), (true, NOON - 3540));
    }

    #[test]
    fn what_has_ended_is_forgotten() {
        let rates = Rates::default();
        for _ in 0..1000 {
            rates.take(&somebody(), Kind::Any, NOON);
        }
        rates.take(&somebody(), Kind::Any, NOON + PERIOD);
        assert_eq!(rates.windows.len(), 1);
    }
}
