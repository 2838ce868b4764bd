//! What is asked about statuses of any device of the caller: their ids are enough.

pub mod show;
pub mod views;

use chrono::DateTime;

use crate::commands::status::local;

/// As the contract has times of statuses, of Unix seconds.
fn time(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(local)
}
