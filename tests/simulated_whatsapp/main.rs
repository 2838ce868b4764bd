//! The simulated WhatsApp, driven by a real protocol client over a real socket.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod appstate;
mod blocklist;
mod calls;
mod channels;
mod communities;
mod contacts;
mod crowd;
mod faults;
mod group_invitations;
mod groups;
mod media;
mod messages;
mod noise;
mod pairing;
mod prekeys;
mod presence;
mod privacy;
mod profile;
mod receipts;
mod refusals;
mod restart;
mod routing;
mod saying;
mod status_privacy;
mod support;
mod transport;
