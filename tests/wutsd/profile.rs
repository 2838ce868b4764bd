//! The account's own profile.

mod picture;
