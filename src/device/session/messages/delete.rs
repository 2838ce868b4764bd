//! Deleting messages: for everybody, or for this account only.

use std::time::Duration;

use chrono::Utc;
use wa::message::ProtocolMessage;
use wa::message::protocol_message::Type;
use wacore_binary::Jid;
use waproto::whatsapp as wa;

use super::{Messages, OpenChat};
use crate::device::kept::Kept;
use crate::device::session::groups::Role;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::{failures, jids};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, GroupJid};

/// For how long phones let go of what was sent: two days and a half.
pub const DELETABLE: Duration = Duration::from_secs(60 * 3600);

/// Only admins delete what others have written.
pub const NOT_ADMIN: Failure = Failure::documented(
    403,
    "only an admin of the group can delete for everybody what others have written",
);

impl OpenChat<'_> {
    /// Takes a message back from everybody. `kept`: what is known of it; an unknown one counts as an own one.
    pub async fn revoke(&self, id: &str, kept: Option<&Kept>) -> Result<Outgoing, Failure> {
        let others = kept.filter(|kept| !kept.mine);
        if others.is_some() {
            self.must_be_admin().await?;
        }
        let key = wa::MessageKey {
            remote_jid: Some(self.jid.to_string()),
            from_me: Some(others.is_none()),
            id: Some(id.to_owned()),
            participant: others.map(|kept| kept.about.author_jid.clone()),
        };
        let revoke = ProtocolMessage {
            key: buffa::MessageField::some(key),
            r#type: Some(Type::REVOKE),
            ..Default::default()
        };
        Ok(Outgoing(wa::Message {
            protocol_message: buffa::MessageField::some(revoke),
            ..Default::default()
        }))
    }

    async fn must_be_admin(&self) -> Result<(), Failure> {
        if self.group.is_none() {
            let problem = "was written by somebody else, who alone can delete it for everybody";
            return Err(Invalid::field("messageId", format!("messageId {problem}")).into());
        }
        let group: GroupJid = self
            .jid
            .to_string()
            .parse()
            .map_err(|error| Failure::internal("a group that was opened is none", &error))?;
        let group = self.session.groups().info(&group).await?;
        let own = self.account();
        let mut people = group.participants.iter();
        let role = people
            .find(|person| person.who.is(&own))
            .map(|person| person.role);
        match role {
            Some(Role::Admin | Role::SuperAdmin) => Ok(()),
            _ => Err(NOT_ADMIN),
        }
    }
}

impl Messages<'_> {
    /// Deletes a message on all devices of the account and nowhere else; returns once WhatsApp has taken that.
    pub async fn delete_for_me(
        &self,
        chat: &Chat,
        id: &str,
        kept: Option<&Kept>,
    ) -> Result<(), Failure> {
        let jid = |text: &String| text.parse::<Jid>().ok();
        let known = kept.and_then(|kept| jid(&kept.about.chat));
        let chat = known.unwrap_or_else(|| match chat {
            Chat::Group(group) => jids::group(group),
            Chat::Person(person) => jids::person(person),
        });
        let mine = kept.is_none_or(|kept| kept.mine);
        let author = kept.filter(|kept| !kept.mine && kept.about.in_group());
        let author = author.and_then(|kept| jid(&kept.about.author_jid));
        let sent_at = kept.map_or_else(|| Utc::now().timestamp(), |kept| kept.at);
        let (client, id) = (self.0.client.clone(), id.to_owned());
        // A task of its own: a write to the app state must not be cut off half-way.
        let delete = tokio::spawn(async move {
            let actions = client.chat_actions();
            let author = author.as_ref();
            actions
                .delete_message_for_me(&chat, author, &id, mine, true, Some(sent_at))
                .await
        });
        let deleted = async {
            let deleted = delete.await.map_err(|error| failures::task(&error))?;
            deleted.map_err(failures::app_state)
        };
        self.0.query(deleted).await
    }

    /// Forgets a message, or that it held anything.
    pub async fn forget(&self, mut kept: Kept, wholly: bool) -> Result<(), Failure> {
        let store = &self.0.life.shared.store;
        let forgotten = match wholly {
            true => store.forget_message(&kept).await,
            false => {
                kept.about.deleted = true;
                store.change_message(&kept, &[]).await
            }
        };
        forgotten.map_err(|error| Failure::of_store("a message could not be forgotten", &error))
    }
}
