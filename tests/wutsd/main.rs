//! Tests of the running daemon over sockets, with the simulated WhatsApp at the other end.
//!
//! The modules mirror the URL table; `support` starts processes and speaks to them.
#![allow(
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why"
)]

mod appstate;
mod calls;
mod chats;
mod command_line;
mod communities;
mod console;
mod contacts;
mod cost;
mod devices;
mod docs;
mod errors;
mod every_operation;
mod faults;
mod groups;
mod hardening;
mod health;
mod isolation;
mod lifecycle;
mod links;
mod messages;
mod newsletters;
mod operations;
mod payments;
mod presence;
mod privacy;
mod profile;
mod readme;
mod requests;
mod rooms;
mod ryze;
mod sandbox;
mod secrets;
mod send;
mod status;
mod statuses;
mod support;
mod tenants;
mod tokens;
mod urls;
mod users;
mod webhooks;
