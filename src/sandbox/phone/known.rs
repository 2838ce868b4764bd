//! Messages that a phone has, to answer them, react to them, vote in them or change them.

use buffa::Message as _;
use wacore_binary::{Jid, JidExt as _};
use waproto::whatsapp::{Message, MessageKey};

use crate::sandbox::address::Address;
use crate::sandbox::world::World;

/// A message that a phone has sent or received.
pub struct Known {
    pub id: String,
    /// Where it is, as the phone calls that.
    pub chat: Jid,
    /// Who wrote it, by phone number.
    pub author: String,
    pub message: Message,
}

impl World {
    /// A message in a phone's chats. After a restart of the simulator only texts are still whole.
    pub fn phone_knows(&self, phone: &str, id: &str) -> Option<Known> {
        let account = self.accounts.get(phone)?;
        if let Some(sent) = account.phone.sent(id) {
            return Some(Known {
                id: sent.id,
                chat: sent.chat?,
                author: phone.to_owned(),
                message: sent.letter.message,
            });
        }
        let received = account.phone.inbox.iter().rev().find(|one| one.id == id)?;
        let (author, _) = self.resolve(&received.from.parse().ok()?)?;
        let text = || Message {
            conversation: received.text.clone(),
            ..Default::default()
        };
        let message = Message::decode_from_slice(&received.encoded);
        let message = message.ok().filter(|_| !received.encoded.is_empty());
        Some(Known {
            id: received.id.clone(),
            chat: received.chat.parse().ok()?,
            author: author.phone,
            message: message.unwrap_or_else(text),
        })
    }

    /// Who wrote a message, as its chat calls them.
    pub(super) fn author_in_chat(&self, known: &Known) -> Option<Jid> {
        self.named_in_chat(&known.author, &known.chat)
    }

    /// Somebody, as a chat calls them.
    pub(super) fn named_in_chat(&self, phone: &str, chat: &Jid) -> Option<Jid> {
        let form = self.accounts.get(phone)?.seen_in(self.form_of(chat));
        self.user(&Address::phone(phone), form)
    }

    /// How a message of this phone names another one.
    pub(super) fn key_to(&self, phone: &str, known: &Known) -> Option<MessageKey> {
        let own = known.author == phone;
        let author = self.author_in_chat(known)?;
        let of_many = known.chat.is_status_broadcast() || self.group(&known.chat.user).is_some();
        Some(MessageKey {
            remote_jid: Some(known.chat.to_string()),
            from_me: Some(own),
            id: Some(known.id.clone()),
            participant: (of_many && !own).then(|| author.to_string()),
        })
    }
}
