//! POST /send/reaction — reacts to a message, or takes a reaction back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Effort, Sent, Stopwatch, by_number};
use crate::commands::Command;
use crate::contract::operation::Operation;
use crate::contract::text::{Emoji, NonBlank};
use crate::device::session::Session;
use crate::device::session::messages::key::Target;
use crate::failure::Failure;
use crate::jid::{Chat, Person};

/// To which message to react, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "messageId": "3EB0C431D17A2B6E9F0C",
        "reaction": "👍",
        "fromMe": false
    })
)]
pub struct SendReaction {
    /// The chat: a phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// The message's id.
    #[serde(rename = "messageId")]
    #[schema(value_type = String)]
    message_id: NonBlank,
    /// An emoji; empty takes the reaction back.
    reaction: Emoji,
    /// The message is this account's own; absent: as it is known here, or else not.
    #[serde(rename = "fromMe")]
    from_me: Option<bool>,
    /// Who wrote it: needed for somebody else's message in a group, where it is not known here.
    #[schema(value_type = Option<String>)]
    participant: Option<Person>,
}

/// A reaction that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentReaction {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentReactionMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentReactionMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// The message that was reacted to.
    original_message_id: String,
    reaction_emoji: String,
}

impl Command for SendReaction {
    type Reply = SentReaction;
    const SUMMARY: &'static str = "Reacts to a message, or takes a reaction back";
    const OPERATION: Operation = by_number("send_reaction", "failed to send reaction");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentReaction, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let chat = session.messages().open("number", &self.number).await?;
        let target = Target {
            id: self.message_id.into(),
            from_me: self.from_me,
            author: self.participant,
        };
        let original_message_id = target.id.clone();
        let reaction_emoji = String::from(self.reaction);
        let message = chat.reaction("participant", target, reaction_emoji.clone());
        let (message, jid) = (message.await?, chat.named());
        let (sent, effort) = stopwatch.stop(chat.send(message).await?, jid);
        Ok(SentReaction {
            sent,
            metadata: SentReactionMetadata {
                effort,
                original_message_id,
                reaction_emoji,
            },
        })
    }
}
