//! What keeps one life alive: the protocol library's side.

pub mod acks;
pub mod app_state;
pub mod blocking;
pub mod contacts;
pub mod failpoints;
pub mod fetch;
mod hook;
pub mod keepalive;
pub mod observer;
pub mod retry_admission;
pub mod runtime;
pub mod start;
pub mod transport;
pub mod version;
