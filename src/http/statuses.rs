//! What is asked about statuses of any device of the caller: their ids are enough.

pub mod show;
