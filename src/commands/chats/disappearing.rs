//! PUT /chats/{jid}/disappearing — after how long the messages of a chat disappear.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedChat;
use crate::commands::{Command, Input, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::chats::NOT_ADMIN;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// After how long: in one of two ways.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"preset": "7d"}))]
pub struct UpdateChatDisappearing {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
    /// In words.
    preset: Option<Preset>,
    /// In seconds: 0, 86400, 604800 or 7776000, which is all that WhatsApp knows.
    seconds: Option<u32>,
}

/// What phones offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = DisappearingPreset)]
pub enum Preset {
    #[serde(rename = "off")]
    Off,
    #[serde(rename = "24h")]
    Day,
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "90d")]
    Quarter,
}

impl Preset {
    const ALL: [Self; 4] = [Self::Off, Self::Day, Self::Week, Self::Quarter];

    const fn seconds(self) -> u32 {
        const DAY: u32 = 24 * 3600;
        match self {
            Self::Off => 0,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Quarter => 90 * DAY,
        }
    }
}

/// A chat, and after how long its messages are to disappear.
pub struct Disappear {
    chat: Chat,
    after: Preset,
}

/// After how long the chat's messages disappear.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ChatDisappearing,
    example = json!({
        "chat_jid": "5511999999999@s.whatsapp.net",
        "preset": "7d",
        "seconds": 604_800,
        "timestamp": "2026-06-15T17:32:05Z"
    })
)]
pub struct Set {
    #[serde(flatten)]
    chat: NamedChat,
    preset: Preset,
    seconds: u32,
    timestamp: String,
}

impl Input for UpdateChatDisappearing {
    type Command = Disappear;

    fn check(self) -> Result<Disappear, Invalid> {
        let named = |seconds: &u32| {
            let found = Preset::ALL
                .into_iter()
                .find(|preset| preset.seconds() == *seconds);
            let wrong = "seconds must be 0, 86400, 604800 or 7776000";
            found.ok_or_else(|| Invalid::field("seconds", wrong))
        };
        let by_seconds = self.seconds.as_ref().map(named).transpose()?;
        let after = match (self.preset, by_seconds) {
            (Some(preset), Some(other)) if preset != other => {
                let wrong = "seconds and preset say different things: one of them is enough";
                return Err(Invalid::field("seconds", wrong));
            }
            (preset, other) => preset.or(other),
        };
        let missing = || Invalid::field("preset", "preset or seconds is required");
        Ok(Disappear {
            chat: self.jid,
            after: after.ok_or_else(missing)?,
        })
    }
}

impl Command for Disappear {
    type Reply = Set;
    const SUMMARY: &'static str = "Has the messages of a chat disappear after some time";
    const OPERATION: Operation = Operation::new("disappearing", Envelope::Flat)
        .failing_with("failed to update disappearing timer");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Set, Failure> {
        let seconds = self.after.seconds();
        let chats = session.chats();
        let (chat_jid, at) = chats.disappear_after("jid", &self.chat, seconds).await?;
        Ok(Set {
            chat: session.named(chat_jid).await.into(),
            preset: self.after,
            seconds,
            timestamp: utc(at),
        })
    }
}
