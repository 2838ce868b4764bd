//! Tenants, users and their tokens: what needs no device.

pub mod master;
pub mod passwords;
pub mod tokens;
