//! What the account shows of its presence, and whose it is told of.

pub mod set;
pub mod subscribe;
