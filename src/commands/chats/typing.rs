//! POST /chats/{jid}/typing — a chat shows that somebody types or records, or has stopped.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::commands::named::NamedChat;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::NOT_FOUND;
use crate::device::session::presence::Activity;
use crate::failure::Failure;
use crate::jid::Chat;

/// What the chat is to show.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"state": "typing", "media": "text"}))]
pub struct SendChatTyping {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
    /// What somebody does.
    state: Doing,
    /// What with; left out: `text`.
    media: Option<Medium>,
}

/// What somebody does. `typing` and `composing` are the same, and `recording` is the same with `audio`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Doing {
    Typing,
    Composing,
    Recording,
    Paused,
}

/// A text, or a voice message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Medium {
    Text,
    Audio,
}

/// What the chat shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ShownTyping,
    example = json!({"chat_jid": "5511999999999@s.whatsapp.net", "state": "composing", "media": "text"})
)]
pub struct Shown {
    #[serde(flatten)]
    chat: NamedChat,
    state: State,
    media: Medium,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TypingState)]
enum State {
    Composing,
    Paused,
}

impl Command for SendChatTyping {
    type Reply = Shown;
    const SUMMARY: &'static str = "Shows in a chat that somebody types or records, or has stopped";
    const OPERATION: Operation =
        Operation::new("typing", Envelope::Flat).failing_with("failed to send chat presence");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Shown, Failure> {
        let media = match self.state {
            Doing::Recording => Medium::Audio,
            _ => self.media.unwrap_or(Medium::Text),
        };
        let (state, activity) = match (self.state, media) {
            (Doing::Paused, _) => (State::Paused, Activity::Paused),
            (_, Medium::Text) => (State::Composing, Activity::Typing),
            (_, Medium::Audio) => (State::Composing, Activity::Recording),
        };
        let chat_jid = session.presence().show("jid", &self.jid, activity).await?;
        Ok(Shown {
            chat: session.named(chat_jid).await.into(),
            state,
            media,
        })
    }
}
