//! POST /send/buttons — a text with up to three buttons, each of which is an answer.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentTo, by_to, distinct, send};
use crate::commands::{Command, Input};
use crate::contract::bounded::{Body, ButtonId, ButtonText, Footer};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::native_flow::Button;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// What to ask, and whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "message": "Do you confirm your order?",
        "footer": "Answer by ten",
        "buttons": [{"id": "yes", "display_text": "Yes"}, {"id": "no", "display_text": "No"}]
    })
)]
pub struct SendButtons {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// At most 1024 characters.
    message: Body,
    /// Below it, smaller; at most 60 characters.
    footer: Option<Footer>,
    /// 1 to 3, with ids that differ.
    buttons: Vec<ReplyButton>,
}

/// A button.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplyButton {
    /// What the answer names it by.
    #[schema(value_type = String, max_length = 256, example = "yes")]
    id: ButtonId,
    /// At most 25 characters.
    #[schema(value_type = String, max_length = 25, example = "Yes")]
    display_text: ButtonText,
}

/// Asks this.
pub struct AskWithButtons {
    to: Chat,
    body: String,
    footer: Option<String>,
    buttons: Vec<Button>,
}

impl Input for SendButtons {
    type Command = AskWithButtons;

    fn check(self) -> Result<AskWithButtons, Invalid> {
        if !(1..=3).contains(&self.buttons.len()) {
            let problem = "Message must have between 1 and 3 buttons";
            return Err(Invalid::field("buttons", problem));
        }
        distinct(
            "buttons",
            self.buttons.iter().map(|button| button.id.as_str()),
        )?;
        let buttons = self.buttons.into_iter().map(|button| Button::Reply {
            text: button.display_text.into(),
            id: button.id.into(),
        });
        Ok(AskWithButtons {
            to: self.to,
            body: self.message.into(),
            footer: self.footer.map(String::from),
            buttons: buttons.collect(),
        })
    }
}

impl Command for AskWithButtons {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Sends a text with up to three buttons to answer with";
    const OPERATION: Operation = by_to("send_buttons", "Failed to send buttons message");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let message = Outgoing::native_flow(None, self.body, self.footer, self.buttons);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentTo::new(ack, "Buttons message sent successfully"))
    }
}
