//! The words in which an endpoint says what it is called, what it takes and what it answers; nothing of how HTTP does it.

pub mod bounded;
pub mod color;
pub mod degrees;
pub mod file;
pub mod money;
pub mod operation;
pub mod param;
pub mod reply;
pub mod seconds;
pub mod span;
pub mod text;
