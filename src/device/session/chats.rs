//! Chats, as WhatsApp names them, and what is done with them as a whole.

mod actions;
mod disappearing;
mod list;

use wacore_binary::Jid;

pub use self::actions::Mute;
pub use self::disappearing::NOT_ADMIN;
pub use self::list::{Kind, Listed};
use super::{Session, jids};
use crate::failure::Failure;
use crate::jid::{Chat, GroupJid, Person};

/// What is done with whole chats.
pub struct Chats<'a>(&'a Session);

impl Session {
    /// What is done with whole chats.
    pub fn chats(&self) -> Chats<'_> {
        Chats(self)
    }
}

impl Chats<'_> {
    /// A chat's JID: of a person who is on WhatsApp by number where it is known, of a group that the account is in.
    /// `field`: where the request names it.
    pub(super) async fn find(&self, field: &'static str, chat: &Chat) -> Result<Jid, Failure> {
        match chat {
            Chat::Person(person) => self.person(field, person).await,
            Chat::Group(group) => self.group(group).await,
        }
    }

    /// Somebody who is on WhatsApp, by number where it is known.
    pub(super) async fn person(
        &self,
        field: &'static str,
        person: &Person,
    ) -> Result<Jid, Failure> {
        let found = self.0.lookup().registered_one(field, person).await?;
        Ok(found.0)
    }

    async fn group(&self, group: &GroupJid) -> Result<Jid, Failure> {
        let jid = jids::group(group);
        self.0.groups().query(&jid).await?;
        Ok(jid)
    }
}
