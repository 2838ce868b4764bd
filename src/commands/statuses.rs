//! Statuses that others have posted.

pub mod list;
pub mod read;
