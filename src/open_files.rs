//! Open files: each device is one, each HTTP connection two, and what a shell or systemd gives at first is 1024.

use rustix::process::{Resource, getrlimit, setrlimit};
use tracing::{info, warn};

use crate::telemetry::Chain;

/// Takes as many as the system lets this process have.
pub fn take_all() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => info!(limit = limit.current, "open files limited"),
        Err(error) => warn!(error = %Chain(&error), "the limit of open files could not be raised"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_to_what_is_allowed() {
        let allowed = getrlimit(Resource::Nofile);
        // Lower, but not so much that another test would notice.
        let mut lower = allowed;
        lower.current = allowed.maximum.map(|most| most - 1);
        setrlimit(Resource::Nofile, lower).expect("lowered");
        take_all();
        assert_eq!(getrlimit(Resource::Nofile).current, allowed.maximum);
    }
}
