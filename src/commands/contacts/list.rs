//! GET /contacts — the synced address book.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::commands::named::NamedPerson;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::Failure;

/// It takes nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetContacts {}

/// The address book.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "count": 1,
        "contacts": [{"jid": "5511999999999@s.whatsapp.net", "first_name": "Ana", "full_name": "Ana Souza"}]
    })
)]
pub struct Contacts {
    count: usize,
    contacts: Vec<Entry>,
}

/// Names that are not known are left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
struct Entry {
    #[serde(flatten)]
    person: NamedPerson,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    /// What the contact calls itself, once it has written.
    #[serde(skip_serializing_if = "Option::is_none")]
    push_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_name: Option<String>,
}

impl Command for GetContacts {
    type Reply = Contacts;
    const SUMMARY: &'static str = "Shows the synced address book";
    const OPERATION: Operation =
        Operation::new("contacts", Envelope::Flat).failing_with("failed to get contacts");

    async fn run(self, session: Session) -> Result<Contacts, Failure> {
        let entry = |contact: crate::device::session::contacts::Contact| Entry {
            person: contact.named().into(),
            first_name: contact.first_name.filter(|name| !name.is_empty()),
            full_name: contact.full_name.filter(|name| !name.is_empty()),
            push_name: contact.names.push_name,
            business_name: contact.names.business_name,
        };
        let contacts: Vec<Entry> = session
            .contacts()
            .all()
            .await?
            .into_iter()
            .map(entry)
            .collect();
        Ok(Contacts {
            count: contacts.len(),
            contacts,
        })
    }
}
