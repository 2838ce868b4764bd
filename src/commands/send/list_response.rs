//! POST /send/list-response — chooses an entry of somebody's list.

use serde::Deserialize;
use utoipa::ToSchema;

use super::question::Question;
use super::{SentTo, by_to};
use crate::commands::Command;
use crate::contract::operation::Operation;
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::device::session::messages::context::References;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::choices::Choices;
use crate::failure::Failure;
use crate::jid::Chat;

/// Which entry of which message.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "selected_row_id": "mon-am",
        "title": "Morning",
        "description": "8 to 12",
        "quoted": {
            "message_id": "3EB0C431D17A2B6E9F0C",
            "participant": "5511999999999@s.whatsapp.net",
            "body": "When may we come?"
        }
    })
)]
pub struct SendListResponse {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    #[schema(value_type = String)]
    selected_row_id: NonBlank,
    /// The entry's.
    #[schema(value_type = String)]
    title: NonBlank,
    /// The entry's.
    description: Option<String>,
    quoted: Question,
}

impl Command for SendListResponse {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Answers a list by choosing one of its entries";
    const OPERATION: Operation = by_to("send_list_response", "Failed to send list response");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let mut question = References::default();
        if chat.quote(&mut question, self.quoted.into()).await? {
            let choices = Choices::of(&question);
            choices.have_row("selected_row_id", self.selected_row_id.as_str())?;
        }
        let (id, title) = (self.selected_row_id.into(), self.title.into());
        let message = Outgoing::entry_chosen(id, title, self.description, question);
        let ack = chat.send(message).await?;
        Ok(SentTo::new(ack, "List response sent successfully"))
    }
}
