//! Changing an account: it is borrowed together with what its changes are written to.

use super::World;
use crate::sandbox::account::Account;
use crate::sandbox::address::Address;
use crate::sandbox::companion::Companion;
use crate::sandbox::media::Media;
use crate::sandbox::persistence::Journal;

/// An account that is about to be changed, and where its changes and files go.
pub struct Edit<'a> {
    pub account: &'a mut Account,
    pub media: &'a mut Media,
    pub journal: &'a mut Journal,
}

impl World {
    /// The account of a phone number, to be changed.
    pub fn edit(&mut self, phone: &str) -> Option<Edit<'_>> {
        Some(Edit {
            account: self.accounts.get_mut(phone)?,
            media: &mut self.media,
            journal: &mut self.journal,
        })
    }

    /// A companion, with the journal beside it because every change of it is written down.
    pub fn edit_companion(&mut self, device: &Address) -> Option<(&mut Companion, &mut Journal)> {
        let Edit {
            account, journal, ..
        } = self.edit(&device.phone)?;
        Some((account.companions.get_mut(&device.device)?, journal))
    }
}
