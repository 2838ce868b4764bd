//! Calls.

mod reject;
