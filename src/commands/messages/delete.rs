//! DELETE /messages/delete — takes a message back from everybody, or deletes it for this account only.

use std::time::Instant;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedChat;
use crate::commands::{Command, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::text::NonBlank;
use crate::device::kept::Kept;
use crate::device::session::Session;
use crate::device::session::messages::Whose;
use crate::device::session::messages::delete::{DELETABLE, NOT_ADMIN};
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// The caller wants own messages to be deleted only.
const NOT_OWN: Failure = Failure::documented(403, "the message was written by somebody else");

/// Which message, and for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "messageId": "3EB0C431D17A2B6E9F0C",
        "chatJid": "5511999999999@s.whatsapp.net",
        "deleteType": "for_everyone",
        "reason": "wrong price"
    })
)]
pub struct DeleteMessage {
    /// The message's id.
    #[serde(rename = "messageId")]
    #[schema(value_type = String)]
    message_id: NonBlank,
    /// The chat: a phone number, or the JID of a person or group.
    #[serde(rename = "chatJid")]
    #[schema(value_type = String)]
    chat_jid: Chat,
    /// `for_everyone` when absent.
    #[serde(rename = "deleteType")]
    delete_type: Option<DeleteType>,
    /// For the caller's own records: it is in the answer, and goes nowhere else.
    reason: Option<String>,
    /// Refuse to delete what somebody else has written, or what is not known here; absent: no.
    #[serde(rename = "validateOwnership")]
    validate_ownership: Option<bool>,
}

/// Whom it is gone for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeleteType {
    ForEveryone,
    ForMe,
}

/// A message that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedMessage {
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
    /// When WhatsApp accepted it.
    #[schema(example = "2026-06-15T17:32:05Z")]
    deleted_at: String,
    delete_type: DeleteType,
    #[serde(flatten)]
    chat: NamedChat,
    metadata: DeletedMetadata,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedMetadata {
    /// How old the message was; `null`: it is not known here.
    time_elapsed_minutes: Option<i64>,
    /// Whether phones still let go of it; `null`: its age is not known here.
    within_time_limit: Option<bool>,
    reason: Option<String>,
    processing_time_ms: u64,
}

impl Command for DeleteMessage {
    type Reply = DeletedMessage;
    const SUMMARY: &'static str = "Deletes a message, for everyone or for this account only";
    const OPERATION: Operation =
        Operation::new("delete", Envelope::Flat).failing_with("failed to delete message");
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_OWN, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<DeletedMessage, Failure> {
        let begun = Instant::now();
        let messages = session.messages();
        let id = String::from(self.message_id);
        let delete_type = self.delete_type.unwrap_or(DeleteType::ForEveryone);
        let for_everyone = delete_type == DeleteType::ForEveryone;
        let kept = async {
            let kept = messages.kept(&id, Whose::Anybodys).await?;
            let own = kept.as_ref().is_some_and(|kept| kept.mine);
            if self.validate_ownership == Some(true) && !own {
                return Err(NOT_OWN);
            }
            let now = Utc::now().timestamp();
            let age = kept.as_ref().map(|kept| (now - kept.at).max(0));
            let in_time = age.map(|age| age <= DELETABLE.as_secs() as i64);
            match for_everyone && in_time == Some(false) {
                true => Err(too_old(&id).into()),
                false => Ok((kept, age, in_time)),
            }
        };
        let chat = async {
            match for_everyone {
                true => messages.open("chatJid", &self.chat_jid).await.map(Some),
                false => Ok(None),
            }
        };
        // Its place is taken first.
        let (chat, (kept, age, in_time)) = futures::try_join!(chat, kept)?;
        let (chat_jid, deleted_at, _turn) = match chat {
            Some(chat) => {
                chat.has(kept.as_ref()).await?;
                let revoke = chat.revoke(&id, kept.as_ref()).await?;
                let jid = chat.jid();
                let (ack, turn) = chat.send_and_hold(revoke).await?;
                (jid, ack.at, Some(turn))
            }
            None => {
                messages
                    .delete_for_me(&self.chat_jid, &id, kept.as_ref())
                    .await?;
                let jid = kept.as_ref().map(|kept: &Kept| kept.about.chat_jid());
                let jid = jid.unwrap_or_else(|| self.chat_jid.to_string());
                (jid, Utc::now(), None)
            }
        };
        if let Some(kept) = kept {
            messages.forget(kept, !for_everyone).await?;
        }
        Ok(DeletedMessage {
            message_id: id,
            deleted_at: utc(deleted_at),
            delete_type,
            chat: session.named(chat_jid).await.into(),
            metadata: DeletedMetadata {
                time_elapsed_minutes: age.map(|age| age / 60),
                within_time_limit: in_time,
                reason: self.reason,
                processing_time_ms: begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
            },
        })
    }
}

fn too_old(id: &str) -> Invalid {
    let hours = DELETABLE.as_secs() / 3600;
    let problem = format!("{id} is older than {hours} hours: phones keep it whatever is asked");
    Invalid::field("messageId", problem)
}
