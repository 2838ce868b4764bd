//! Changing an account: it is borrowed together with what its changes are written to.

use super::account::Account;
use super::media::Media;
use super::persistence::Journal;

/// An account that is about to be changed, and where its changes and files go.
pub struct Edit<'a> {
    pub account: &'a mut Account,
    pub media: &'a mut Media,
    pub journal: &'a mut Journal,
}
