//! POST and DELETE /chats/{jid}/pin — a chat stands above others on all devices of the account, or no longer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::commands::named::NamedChat;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::Failure;
use crate::jid::Chat;

/// Which chat.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PinChat {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
}

/// Which chat.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UnpinChat {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
}

/// Where the chat stands now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = PinnedChat,
    example = json!({"chat_jid": "5511999999999@s.whatsapp.net", "pinned": true})
)]
pub struct Pinned {
    #[serde(flatten)]
    chat: NamedChat,
    pinned: bool,
}

async fn pin(session: &Session, chat: &Chat, pinned: bool) -> Result<Pinned, Failure> {
    let chat_jid = session.chats().pin("jid", chat, pinned).await?;
    let chat = session.named(chat_jid).await.into();
    Ok(Pinned { chat, pinned })
}

impl Command for PinChat {
    type Reply = Pinned;
    const SUMMARY: &'static str = "Has a chat stand above others";
    const OPERATION: Operation =
        Operation::new("pin", Envelope::Flat).failing_with("failed to pin chat");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Pinned, Failure> {
        pin(&session, &self.jid, true).await
    }
}

impl Command for UnpinChat {
    type Reply = Pinned;
    const SUMMARY: &'static str = "Has a chat stand among others";
    const OPERATION: Operation =
        Operation::new("unpin", Envelope::Flat).failing_with("failed to unpin chat");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Pinned, Failure> {
        pin(&session, &self.jid, false).await
    }
}
