//! The account's own privacy settings.

pub mod get;
pub mod set;
