//! Contacts and the block list.

pub mod block;
pub mod blocklist;
pub mod check;
pub mod list;
pub mod picture;
pub mod profile;
pub mod resolve;
