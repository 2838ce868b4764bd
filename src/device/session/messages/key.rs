//! What acts on a message that was sent before, and names it by its key.

use chrono::Utc;
use wacore::proto_helpers::build_reaction_message;
use wacore_binary::Jid;
use waproto::whatsapp as wa;

use super::OpenChat;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::store::messages::Whose;

/// A message in a chat.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// It is this account's own; `None`: as it is known here, or else not.
    pub from_me: Option<bool>,
    /// Who wrote it: needed for somebody else's in a group, where it is not known here.
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

    /// As the chat calls whoever wrote it. `field`: where the request names the author.
    pub(super) async fn key(
        &self,
        field: &'static str,
        target: Target,
    ) -> Result<wa::MessageKey, Failure> {
        let whose = match target.from_me {
            Some(true) => Whose::Mine,
            _ => Whose::Anybodys,
        };
        let kept = self.session.messages().kept(&target.id, whose).await?;
        self.has(kept.as_ref()).await?;
        let from_me = match &kept {
            Some(kept) => kept.mine,
            None => target.from_me.unwrap_or(false),
        };
        let written = kept.and_then(|kept| kept.about.author_jid.parse::<Jid>().ok());
        let author = match (&self.group, from_me, written, target.author) {
            (None, ..) | (_, true, ..) => None,
            (Some(_), false, Some(author), _) => Some(author),
            (Some(_), false, None, Some(author)) => Some(self.names(&[author]).await?.remove(0)),
            (Some(_), false, None, None) => {
                let missing = "is required: the message is somebody else's, and not known here";
                return Err(Invalid::field(field, format!("{field} {missing}")).into());
            }
        };
        Ok(wa::MessageKey {
            remote_jid: Some(self.jid.to_string()),
            from_me: Some(from_me),
            id: Some(target.id),
            participant: author.as_ref().map(Jid::to_string),
        })
    }
}
