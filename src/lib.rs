//! wutsd keeps many paired WhatsApp linked devices alive and lets programs use them over HTTP.
//!
//! Five ideas, and no more:
//!
//! 1. A *device actor* ([`device`]) is one life of one device: it owns the socket and the timeouts of that life, and
//!    ends with one [`device::exit::ExitReason`]. It never reconnects.
//! 2. The *supervisor* ([`supervision::supervisor`]) decides what happens after a life ends.
//! 3. The *router* ([`supervision::router`]) is the actor that every command passes; it waits for nothing.
//! 4. A *command* ([`commands`]) is one typed request with one typed reply, run against a session.
//! 5. The *store* ([`store`]) is one place with one writer; nothing is acknowledged before it is durable.
//!
//! A request's way: [`http::routes`] → [`http::execute`] → router → device actor → `Command::run` → and its reply
//! straight back. With the feature `sandbox` there is also a simulated WhatsApp to try everything with.

pub mod accounts;
pub mod app;
pub mod commands;
pub mod config;
pub mod contract;
pub mod device;
pub mod failure;
pub mod http;
pub mod ids;
pub mod jid;
pub mod media;
pub mod memory;
pub mod metrics;
pub mod open_files;
pub mod private_file;

#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod store;
pub mod supervision;
pub mod telemetry;
pub mod webhooks;
