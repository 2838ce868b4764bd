//! GET /chats — the chats of the account, as a phone lists them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::chats::{Kind, Listed};
use crate::failure::Failure;

/// It takes nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetChats {}

/// The pinned ones first, and then where somebody wrote last.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ChatList,
    example = json!({
        "chats": [{
            "jid": "5511999999999@s.whatsapp.net",
            "jid_lid": "123456789012345@lid",
            "jid_pn": "5511999999999@s.whatsapp.net",
            "type": "contact",
            "name": "Ana Souza",
            "pinned": true,
            "archived": false,
            "muted_until": "2026-06-15T20:00:00Z",
            "participant_count": 0,
            "unread": 2,
            "last_activity": "2026-06-15T17:32:05Z"
        }],
        "count": 1
    })
)]
pub struct Chats {
    chats: Vec<Entry>,
    count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedChat)]
struct Entry {
    /// Of a person by number where it is known.
    jid: String,
    /// A person's number, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    jid_pn: Option<String>,
    /// A person's LID, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    jid_lid: Option<String>,
    r#type: Type,
    /// As the phone calls it; by number or JID where it has no name.
    name: String,
    pinned: bool,
    archived: bool,
    /// RFC 3339, UTC: absent where it is not muted, and the last second of 9999 for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<String>,
    /// How many are in a group; 0 for a contact.
    participant_count: usize,
    /// Messages that nobody has read, as far as this device has seen them come.
    unread: u64,
    /// RFC 3339, UTC: when somebody wrote last, as far as this device has seen it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ChatType)]
enum Type {
    Group,
    Contact,
}

impl From<Listed> for Entry {
    fn from(chat: Listed) -> Self {
        Self {
            jid_pn: chat.who.phone_jid(),
            jid_lid: chat.who.lid_jid(),
            jid: chat.jid,
            r#type: match chat.kind {
                Kind::Group => Type::Group,
                Kind::Contact => Type::Contact,
            },
            name: chat.name,
            pinned: chat.pinned,
            archived: chat.archived,
            muted_until: chat.muted_until.map(utc),
            participant_count: chat.participants,
            unread: chat.unread,
            last_activity: chat.last_activity.map(utc),
        }
    }
}

impl Command for GetChats {
    type Reply = Chats;
    const SUMMARY: &'static str = "Lists the chats";
    const OPERATION: Operation =
        Operation::new("chats", Envelope::Flat).failing_with("failed to list chats");

    async fn run(self, session: Session) -> Result<Chats, Failure> {
        let chats = session.chats().all().await?;
        let chats: Vec<Entry> = chats.into_iter().map(Entry::from).collect();
        Ok(Chats {
            count: chats.len(),
            chats,
        })
    }
}
