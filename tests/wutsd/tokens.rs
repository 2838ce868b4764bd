//! Tokens to give away.

mod create;
mod delete;
mod list;
mod scopes;
