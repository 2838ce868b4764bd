//! What is asked about statuses of any device of the caller: their ids are enough.

pub mod show;
pub mod views;

use chrono::{DateTime, Local, SecondsFormat};

/// RFC 3339 with the server's local offset, as the contract has it for statuses, of Unix seconds.
fn time(seconds: i64) -> Option<String> {
    let time = DateTime::from_timestamp(seconds, 0)?.with_timezone(&Local);
    Some(time.to_rfc3339_opts(SecondsFormat::Secs, false))
}
