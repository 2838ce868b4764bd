//! Groups that the account is in.
