//! PUT /messages/{messageId} — puts another text in the place of an own message's.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NOT_FOUND;
use crate::commands::{Command, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::{Caption, MessageText, NonBlank};
use crate::device::kept::Kept;
use crate::device::session::Session;
use crate::device::session::messages::Whose;
use crate::device::session::messages::edit::EDITABLE;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// Which message, and what it says from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"to": "5511999999999", "message": "The table is booked for eight."}))]
pub struct EditMessage {
    /// The message's id.
    #[serde(rename = "messageId")]
    #[schema(value_type = String)]
    message_id: NonBlank,
    /// The chat: a phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// 1 to 4096 characters: the text; or 1 to 1024, the caption of a picture, video or document.
    message: MessageText,
}

/// An edit that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditedMessage {
    /// Of the message that was edited.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
    /// When WhatsApp accepted the edit.
    #[schema(example = "2026-06-15T17:32:05Z")]
    timestamp: String,
    #[schema(example = "Message edited successfully")]
    message: &'static str,
}

impl Command for EditMessage {
    type Reply = EditedMessage;
    const SUMMARY: &'static str = "Edits a message of this account";
    const OPERATION: Operation =
        Operation::new("edit", Envelope::Bare).failing_with("Failed to edit message");
    const PARAMS: &'static [Param] = &[Param::path("messageId")];
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<EditedMessage, Failure> {
        let messages = session.messages();
        let id = String::from(self.message_id);
        let text = String::from(self.message);
        let editable = async || {
            let kept = messages.kept(&id, Whose::Anybodys).await?;
            match &kept {
                Some(kept) => editable(kept)?,
                None if messages.are_kept() => return Err(NOT_FOUND),
                None => {}
            }
            if kept.as_ref().is_some_and(|kept| kept.about.kind != "text") {
                is_caption(&text)?;
            }
            Ok(kept)
        };
        // Its place is taken first.
        let (chat, kept) = futures::try_join!(messages.open("to", &self.to), editable())?;
        chat.has(kept.as_ref()).await?;
        chat.turn().await;
        // Somebody may have deleted it meanwhile.
        let kept = editable().await?;
        let ack = chat.edit(&id, kept, text).await?;
        Ok(EditedMessage {
            message_id: id,
            timestamp: utc(ack.at),
            message: "Message edited successfully",
        })
    }
}

/// Kinds that have a text or a caption.
const WITH_TEXT: [&str; 4] = ["text", "image", "video", "document"];

/// What stands below a file may be shorter than a text.
fn is_caption(text: &str) -> Result<(), Invalid> {
    let longest = Caption::LONGEST;
    if text.chars().count() > longest {
        let problem =
            format!("message must not be longer than {longest} characters: it is a caption");
        return Err(Invalid::field("message", problem));
    }
    Ok(())
}

/// Phones pass over edits of what they do not let be edited.
fn editable(kept: &Kept) -> Result<(), Invalid> {
    let age = Utc::now().timestamp().saturating_sub(kept.at);
    let problem = if !kept.mine {
        "was written by somebody else: only own messages can be edited".to_owned()
    } else if !WITH_TEXT.contains(&kept.about.kind.as_str()) {
        format!("is of the kind {}, which has no text", kept.about.kind)
    } else if kept.about.deleted {
        "has been deleted".to_owned()
    } else if age > EDITABLE.as_secs() as i64 {
        let minutes = EDITABLE.as_secs() / 60;
        format!("is older than {minutes} minutes: phones pass over its edit")
    } else {
        return Ok(());
    };
    Err(Invalid::field(
        "messageId",
        format!("{} {problem}", kept.id),
    ))
}
