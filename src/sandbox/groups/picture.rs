//! The picture of a group.

use wacore_binary::builder::NodeBuilder;

use crate::sandbox::account::Account;
use crate::sandbox::address::Address;
use crate::sandbox::iq::{NOT_FOUND, Refusal};
use crate::sandbox::settings::Picture;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// The picture of a group, for somebody who is in it.
    pub fn group_picture(&self, phone: &str, id: &str) -> Result<&Picture, Refusal> {
        self.group_of(phone, id)?.picture.as_ref().ok_or(NOT_FOUND)
    }

    /// Sets a group's picture, or takes it away, and tells the members. Where only admins may name the
    /// group, only they may.
    pub fn set_group_picture(
        &mut self,
        author: &str,
        id: &str,
        image: Option<Vec<u8>>,
    ) -> Result<Option<String>, Refusal> {
        let mut group = match self.group_of(author, id)?.rules.locked {
            true => self.group_led_by(author, id)?.clone(),
            false => self.group_of(author, id)?.clone(),
        };
        group.picture = image.map(Picture::new);
        let picture = group.picture.as_ref().map(|picture| picture.id.clone());
        let members = group.participants.iter();
        let accounts = members.filter_map(|phone| self.accounts.get(phone));
        let companions: Vec<Address> = accounts.flat_map(Account::companion_addresses).collect();
        let tag = if picture.is_some() { "set" } else { "delete" };
        let mut change = NodeBuilder::new(tag).attr("jid", group.jid());
        if let Some(by) = self.user(&Address::phone(author), group.form()) {
            change = change.attr("author", by);
        }
        if let Some(picture) = &picture {
            change = change.attr("id", picture.as_str());
        }
        let (change, jid) = (change.build(), group.jid());
        self.keep_group(group);
        for device in companions {
            let news = stanza::notification(jid.clone(), "picture", change.clone());
            self.deliver(&device, news);
        }
        Ok(picture)
    }
}
