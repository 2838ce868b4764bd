//! POST /chats/{jid}/mute — a chat stays silent on all devices of the account, for some time or for ever.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedChat;
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::chats::Mute;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// Ten years; what is to last longer is for ever.
const LONGEST: u64 = 315_360_000;

/// Which chat, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"muted": true, "duration_seconds": 28_800}))]
pub struct MuteChat {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
    /// Left out: it is muted.
    muted: Option<bool>,
    /// 1 to 315360000; left out: until somebody unmutes it.
    #[schema(minimum = 1, maximum = 315_360_000)]
    duration_seconds: Option<u64>,
}

/// A chat that is to be muted, or no longer.
pub struct Silence {
    chat: Chat,
    muted: bool,
    seconds: Option<u64>,
}

/// Whether the chat is muted now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = MutedChat,
    example = json!({
        "chat_jid": "5511999999999@s.whatsapp.net",
        "muted": true,
        "duration_seconds": 28_800
    })
)]
pub struct Muted {
    #[serde(flatten)]
    chat: NamedChat,
    muted: bool,
    /// Absent where it has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u64>,
}

impl Input for MuteChat {
    type Command = Silence;

    fn check(self) -> Result<Silence, Invalid> {
        let muted = self.muted.unwrap_or(true);
        let seconds = self.duration_seconds.filter(|_| muted);
        if seconds.is_some_and(|seconds| !(1..=LONGEST).contains(&seconds)) {
            let wrong = format!(
                "duration_seconds must be from 1 to {LONGEST}: without it a chat is muted for ever"
            );
            return Err(Invalid::field("duration_seconds", wrong));
        }
        Ok(Silence {
            chat: self.jid,
            muted,
            seconds,
        })
    }
}

impl Command for Silence {
    type Reply = Muted;
    const SUMMARY: &'static str = "Mutes a chat for some time or for ever, or unmutes it";
    const OPERATION: Operation =
        Operation::new("mute", Envelope::Flat).failing_with("failed to mute chat");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Muted, Failure> {
        let mute = match (self.muted, self.seconds) {
            (false, _) => Mute::Off,
            (true, None) => Mute::ForEver,
            (true, Some(seconds)) => Mute::For(Duration::from_secs(seconds)),
        };
        let chat_jid = session.chats().mute("jid", &self.chat, mute).await?;
        Ok(Muted {
            chat: session.named(chat_jid).await.into(),
            muted: self.muted,
            duration_seconds: self.seconds,
        })
    }
}
