//! POST /chats/{jid}/archive — a chat goes out of sight on all devices of the account, or comes back.

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

/// Which chat, and whether it goes or comes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"archived": true}))]
pub struct ArchiveChat {
    /// The chat: a number, a JID or a LID; of a group its JID.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    jid: Chat,
    /// Left out: it goes. What goes is not pinned any more.
    archived: Option<bool>,
    /// When its last message came, in Unix seconds: phones bring the chat back for a later one. Left out: as it is known here.
    last_message_timestamp: Option<u32>,
}

/// Where the chat is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ArchivedChat,
    example = json!({"chat_jid": "5511999999999@s.whatsapp.net", "archived": true})
)]
pub struct Archived {
    #[serde(flatten)]
    chat: NamedChat,
    archived: bool,
}

impl Command for ArchiveChat {
    type Reply = Archived;
    const SUMMARY: &'static str = "Puts a chat out of sight, or brings it back";
    const OPERATION: Operation =
        Operation::new("archive", Envelope::Flat).failing_with("failed to archive chat");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Archived, Failure> {
        let archived = self.archived.unwrap_or(true);
        let last_at = self.last_message_timestamp.map(i64::from);
        let chats = session.chats();
        let chat_jid = chats.archive("jid", &self.jid, archived, last_at).await?;
        let chat = session.named(chat_jid).await.into();
        Ok(Archived { chat, archived })
    }
}
