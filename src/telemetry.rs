//! Logs: a sentence plus fields, for people or as JSON, always on standard error.
//!
//! Nothing that names people may reach them, so the protocol library's own records, which do, are not connected.

use std::error::Error;
use std::fmt::{self, Display};
use std::io::{self, IsTerminal};
use std::panic;

use tracing::error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Sets up logging for the whole process. A second call changes nothing.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let set = match log.format {
        LogFormat::Human => logs.with_target(false).finish().try_init(),
        LogFormat::Json => logs
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .finish()
            .try_init(),
    };
    if set.is_ok() {
        log_panics();
    }
}

/// A panic is logged where it happened; its text may quote data, so only its place is.
fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        error!(place, "panicked: this is a defect, please report it");
    }));
}

/// An error with all that caused it: `cannot open /x: permission denied`. Errors say nothing of their causes themselves,
/// so whatever is logged or ends the process goes through this.
pub struct Chain<'a>(pub &'a (dyn Error + 'a));

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open {0}")]
    struct Open(&'static str, #[source] io::Error);

    #[test]
    fn an_error_is_told_with_its_causes() {
        let error = Open("/x", io::Error::other("the disk is gone"));
        assert_eq!(
            Chain(&error).to_string(),
            "cannot open /x: the disk is gone"
        );
    }
}
