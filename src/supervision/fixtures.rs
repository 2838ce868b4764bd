//! What several tests of this room begin with.

use std::time::Duration;

use super::backoff::Policy;

/// As in production.
pub const POLICY: Policy = Policy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(300),
    stable_after: Duration::from_secs(60),
    quarantine_failures: 5,
    quarantine_window: Duration::from_secs(60),
    quarantine_delay: Duration::from_secs(600),
};
