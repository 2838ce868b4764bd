//! The simulated WhatsApp, driven by a real protocol client over a real socket.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod appstate;
mod client;
mod control;
mod faults;
mod messages;
mod pairing;
mod transport;
