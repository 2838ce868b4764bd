//! POST /send/contact — somebody's contact card.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentTo, by_to, send};
use crate::commands::Command;
use crate::contract::bounded::{AnyName, Name};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::contact::Card;
use crate::failure::Failure;
use crate::jid::{Chat, PhoneNumber};

/// Whose card to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "contact": {"display_name": "Ada Lovelace", "phone": "5511888888888", "company": "Engines, Ltd"}
    })
)]
pub struct SendContact {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    contact: ContactCard,
}

/// What the card says.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ContactCard {
    /// As it is shown.
    #[schema(value_type = String, max_length = 256, example = "Ada Lovelace")]
    display_name: Name,
    #[schema(value_type = String, example = "5511888888888")]
    phone: PhoneNumber,
    first_name: Option<AnyName>,
    last_name: Option<AnyName>,
    company: Option<AnyName>,
    email: Option<AnyName>,
}

impl From<ContactCard> for Card {
    fn from(card: ContactCard) -> Self {
        Self {
            name: card.display_name.into(),
            phone: card.phone,
            first_name: card.first_name.map(String::from),
            last_name: card.last_name.map(String::from),
            company: card.company.map(String::from),
            email: card.email.map(String::from),
        }
    }
}

impl Command for SendContact {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Sends somebody's contact card";
    const OPERATION: Operation = by_to("send_contact", "Failed to send contact");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let message = Outgoing::contacts(vec![self.contact.into()]);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentTo::new(ack, "Contact sent successfully"))
    }
}
