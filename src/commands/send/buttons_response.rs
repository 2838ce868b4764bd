//! POST /send/buttons-response — presses a button of somebody's message.

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

/// Which button of which message.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "selected_button_id": "yes",
        "selected_display_text": "Yes",
        "quoted": {
            "message_id": "3EB0C431D17A2B6E9F0C",
            "participant": "5511999999999@s.whatsapp.net",
            "body": "Do you confirm your order?"
        }
    })
)]
pub struct SendButtonsResponse {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    #[schema(value_type = String)]
    selected_button_id: NonBlank,
    #[schema(value_type = String)]
    selected_display_text: NonBlank,
    quoted: Question,
}

impl Command for SendButtonsResponse {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Answers a message with buttons by pressing one of them";
    const OPERATION: Operation = by_to("send_buttons_response", "Failed to send buttons response");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let mut question = References::default();
        if chat.quote(&mut question, self.quoted.into()).await? {
            let choices = Choices::of(&question);
            choices.have_button("selected_button_id", self.selected_button_id.as_str())?;
        }
        let (id, text) = (self.selected_button_id, self.selected_display_text);
        let message = Outgoing::button_pressed(id.into(), text.into(), question);
        let ack = chat.send(message).await?;
        Ok(SentTo::new(ack, "Buttons response sent successfully"))
    }
}
