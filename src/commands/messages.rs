//! What is done with messages that were sent or received before.

pub mod delete;
pub mod delivered;
pub mod edit;
pub mod media;
pub mod read;

use serde::Serialize;
use utoipa::ToSchema;

use crate::commands::named::{NamedChat, NamedSender};
use crate::commands::utc;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::messages::receipts::{MOST, Told};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

/// Nobody knows this message here.
pub const NOT_FOUND: Failure = Failure::NotFound("message not found");

/// Messages of one author of whom something is told.
pub struct Receipt {
    /// The message of the path.
    id: String,
    chat: Option<Chat>,
    sender: Option<Person>,
    /// In its place.
    ids: Option<Vec<String>>,
}

/// A receipt that is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "chat_jid": "5511999999999@s.whatsapp.net",
        "sender_jid": "5511999999999@s.whatsapp.net",
        "message_ids": ["3EB0C431D17A2B6E9F0C"],
        "receipt_type": "read",
        "timestamp": "2026-06-15T17:32:05Z"
    })
)]
pub struct SentReceipt {
    #[serde(flatten)]
    chat: NamedChat,
    #[serde(flatten)]
    sender: NamedSender,
    message_ids: Vec<String>,
    receipt_type: ReceiptType,
    timestamp: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SentReceiptType)]
enum ReceiptType {
    Delivered,
    Read,
}

impl Receipt {
    fn check(
        id: NonBlank,
        chat: Option<Chat>,
        sender: Option<Person>,
        ids: Option<Vec<NonBlank>>,
    ) -> Result<Self, Invalid> {
        let ids = ids.filter(|ids| !ids.is_empty());
        let all = ids.iter().flatten().chain([&id]);
        for id in all.map(NonBlank::as_str) {
            if id.contains('@') {
                let problem = format!("{id:?} is no id of a message");
                return Err(Invalid::field("message_ids", problem));
            }
        }
        if ids.as_ref().is_some_and(|ids| ids.len() > MOST) {
            let problem = format!("message_ids may hold {MOST} ids at most");
            return Err(Invalid::field("message_ids", problem));
        }
        Ok(Self {
            id: id.into(),
            chat,
            sender,
            ids: ids.map(|ids| ids.into_iter().map(String::from).collect()),
        })
    }

    async fn send(self, session: &Session, told: Told) -> Result<SentReceipt, Failure> {
        let messages = session.messages();
        let author = messages.author(&self.id, self.chat, self.sender).await?;
        let message_ids = self.ids.unwrap_or_else(|| vec![self.id]);
        let at = messages.tell(&author, &message_ids, told).await?;
        Ok(SentReceipt {
            chat: session.named(author.chat_jid()).await.into(),
            sender: session.named(author.author_jid()).await.into(),
            message_ids,
            receipt_type: match told {
                Told::Delivered => ReceiptType::Delivered,
                Told::Read => ReceiptType::Read,
            },
            timestamp: utc(at),
        })
    }
}
