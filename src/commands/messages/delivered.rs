//! POST /messages/{id}/delivered — tells the author of messages that they were received.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Receipt, SentReceipt};
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::messages::receipts::Told;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

/// Which messages.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "chat_jid": "5511999999999@s.whatsapp.net",
        "sender_jid": "5511999999999@s.whatsapp.net"
    })
)]
pub struct MarkDelivered {
    /// The message's id.
    #[schema(value_type = String)]
    id: NonBlank,
    /// The chat: needed where the message is not known here.
    #[schema(value_type = Option<String>)]
    chat_jid: Option<Chat>,
    /// Who wrote them: needed in a group where the message is not known here.
    #[schema(value_type = Option<String>)]
    sender_jid: Option<Person>,
    /// Up to 256 messages of the same author in the same chat, in place of the one in the path.
    #[schema(value_type = Option<Vec<String>>)]
    message_ids: Option<Vec<NonBlank>>,
}

/// Tells their author.
pub struct TellDelivered(Receipt);

impl Input for MarkDelivered {
    type Command = TellDelivered;

    fn check(self) -> Result<TellDelivered, Invalid> {
        let receipt = Receipt::check(self.id, self.chat_jid, self.sender_jid, self.message_ids);
        receipt.map(TellDelivered)
    }
}

impl Command for TellDelivered {
    type Reply = SentReceipt;
    const SUMMARY: &'static str = "Tells the author of messages that they were received";
    const OPERATION: Operation = Operation::new("mark_delivered", Envelope::Flat)
        .failing_with("failed to mark as delivered");
    const PARAMS: &'static [Param] = &[Param::path("id")];

    async fn run(self, session: Session) -> Result<SentReceipt, Failure> {
        self.0.send(&session, Told::Delivered).await
    }
}
