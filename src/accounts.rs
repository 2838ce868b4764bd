//! Tenants, users and their tokens: what needs no device.

pub mod master;
pub mod new_user;
pub mod passwords;
pub mod roles;
pub mod tokens;
