//! What acts on a message that was sent before, and names it by its key.

use chrono::Utc;
use wacore::proto_helpers::build_reaction_message;
use wacore_binary::Jid;
use waproto::whatsapp as wa;

use super::OpenChat;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// A message in a chat.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// It is this account's own.
    pub from_me: bool,
    /// Who wrote it: needed for somebody else's in a group.
    pub author: Option<Person>,
}

impl OpenChat<'_> {
    /// Reacts to a message; with nothing, takes a reaction back. `field`: where the request names the author.
    pub async fn reaction(
        &self,
        field: &'static str,
        target: Target,
        emoji: String,
    ) -> Result<Outgoing, Failure> {
        let key = self.key(field, target).await?;
        let at = Utc::now().timestamp_millis();
        Ok(Outgoing(build_reaction_message(key, emoji, at)))
    }

    /// As the chat calls whoever wrote it.
    async fn key(&self, field: &'static str, target: Target) -> Result<wa::MessageKey, Failure> {
        let author = match (&self.group, target.from_me, target.author) {
            (None, ..) | (_, true, _) => None,
            (Some(_), false, Some(author)) => Some(self.names(&[author]).await?.remove(0)),
            (Some(_), false, None) => {
                let missing = "is required for somebody else's message in a group";
                return Err(Invalid::field(field, format!("{field} {missing}")).into());
            }
        };
        Ok(wa::MessageKey {
            remote_jid: Some(self.jid.to_string()),
            from_me: Some(target.from_me),
            id: Some(target.id),
            participant: author.as_ref().map(Jid::to_string),
        })
    }
}
