//! Posting to the status broadcast.

pub mod audience;
pub mod privacy;
