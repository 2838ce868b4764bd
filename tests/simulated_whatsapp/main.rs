//! The simulated WhatsApp, driven by a real protocol client over a real socket.
#![cfg(feature = "sandbox")]

mod appstate;
mod client;
mod control;
mod faults;
mod messages;
mod pairing;
mod transport;
