//! Groups that the account is in.

mod show;
