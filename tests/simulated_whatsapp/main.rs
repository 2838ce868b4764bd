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
mod crowd;
mod crypto;
mod faults;
mod groups;
mod media;
mod messages;
mod noise;
mod pairing;
mod settings;
mod transport;
