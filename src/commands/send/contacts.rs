//! POST /send/contacts — several contact cards in one message.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::ContactCard;
use super::{SentTo, by_to, send};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::contact::Card;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// More than anybody picks by hand.
const MOST: usize = 100;
/// The contract's own words.
const NONE: &str = "Key: 'SendContactsRequest.Contacts' Error:Field validation for 'Contacts' failed on the 'min' tag";

/// Whose cards to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "contacts": [
            {"display_name": "Ada Lovelace", "phone": "5511888888888"},
            {"display_name": "Grace Hopper", "phone": "5511777777777"}
        ]
    })
)]
pub struct SendContacts {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// 1 to 100.
    contacts: Vec<ContactCard>,
}

/// Sends these cards.
pub struct SendCards {
    to: Chat,
    cards: Vec<Card>,
}

/// The cards that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentContacts {
    #[serde(flatten)]
    sent: SentTo,
    #[schema(example = 2)]
    contact_count: usize,
}

impl Input for SendContacts {
    type Command = SendCards;

    fn check(self) -> Result<SendCards, Invalid> {
        match self.contacts.len() {
            0 => Err(Invalid::field("contacts", NONE)),
            1..=MOST => Ok(SendCards {
                to: self.to,
                cards: self.contacts.into_iter().map(Card::from).collect(),
            }),
            _ => {
                let problem = format!("contacts must not hold more than {MOST} cards");
                Err(Invalid::field("contacts", problem))
            }
        }
    }
}

impl Command for SendCards {
    type Reply = SentContacts;
    const SUMMARY: &'static str = "Sends several contact cards in one message";
    const OPERATION: Operation = by_to("send_contacts", "Failed to send contacts");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentContacts, Failure> {
        let contact_count = self.cards.len();
        let message = Outgoing::contacts(self.cards);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentContacts {
            sent: SentTo::new(ack, "Contacts sent successfully"),
            contact_count,
        })
    }
}
