//! The account's own profile.

pub mod picture;
