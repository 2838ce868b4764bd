//! A group's picture.

use super::Groups;
use crate::device::session::jids;
use crate::failure::Failure;
use crate::jid::GroupJid;

impl Groups<'_> {
    /// Gives a group this picture, a JPEG, and returns WhatsApp's id of it.
    pub async fn set_picture(&self, group: &GroupJid, jpeg: Vec<u8>) -> Result<String, Failure> {
        self.0.terms.sending.begin();
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        let set = self.have_changed(group, groups.set_profile_picture(jid, jpeg));
        Ok(set.await?.id)
    }

    /// Takes a group's picture away; no error where it has none.
    pub async fn remove_picture(&self, group: &GroupJid) -> Result<(), Failure> {
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        let removed = self.have_changed(group, groups.remove_profile_picture(jid));
        removed.await.map(drop)
    }
}
