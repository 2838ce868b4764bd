//! Calls that come in.

pub mod reject;
