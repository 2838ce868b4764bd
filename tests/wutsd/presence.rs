//! What the account shows of its presence, and whose it is told of.

mod set;
mod subscribe;
