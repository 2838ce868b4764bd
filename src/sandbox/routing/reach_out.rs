//! The reach-out timelock: an account that WhatsApp has found too eager begins no chats for a while.

use crate::sandbox::address::{Address, Form};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// Until when an account may begin no chats, in Unix seconds.
    pub fn reach_out_lock(&self, author: &Address) -> Option<u64> {
        let until = self.faults.reach_out_locked(author);
        until.filter(|until| *until > stanza::now())
    }

    /// Whether a message would begin a chat that the author may not begin now.
    pub(super) fn is_locked_out(&self, author: &Address, recipient: &Address) -> bool {
        self.reach_out_lock(author).is_some() && !self.has_chat(author, recipient)
    }

    /// Somebody is in one's address book, or has written.
    fn has_chat(&self, author: &Address, other: &Address) -> bool {
        let Some(account) = self.account(author) else {
            return false;
        };
        let other_jid = self.user(other, Form::Pn).map(|jid| jid.to_string());
        let mut inbox = account.phone.inbox.iter();
        account.contacts.contains_key(&other.phone)
            || inbox.any(|message| Some(&message.from) == other_jid.as_ref())
    }
}
