//! GET /contacts/blocklist — who is blocked, as WhatsApp has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::commands::named::NamedPerson;
use crate::contract::operation::{Envelope, Operation};
use crate::device::known_as::{KnownAs, Named};
use crate::device::session::Session;
use crate::failure::Failure;

/// It takes nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetBlocklist {}

/// Everybody who is blocked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = Blocklist,
    example = json!({
        "items": [{"jid": "5511999999999@s.whatsapp.net", "phone_number": "5511999999999"}],
        "count": 1,
        "dhash": "2:abc123def456"
    })
)]
pub struct Blocked {
    items: Vec<Item>,
    count: usize,
    dhash: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BlockedContact)]
struct Item {
    #[serde(flatten)]
    person: NamedPerson,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
}

impl Command for GetBlocklist {
    type Reply = Blocked;
    const SUMMARY: &'static str = "Shows who is blocked, as WhatsApp has it";
    const OPERATION: Operation =
        Operation::new("blocklist", Envelope::Data).failing_with("failed to get blocklist");

    async fn run(self, session: Session) -> Result<Blocked, Failure> {
        let list = session.blocklist().all().await?;
        let item = |who: KnownAs| {
            let jid = who.phone_jid().or_else(|| who.lid_jid())?;
            Some(Item {
                phone_number: who.phone.clone(),
                person: Named { jid, who }.into(),
            })
        };
        let items: Vec<Item> = list.people.into_iter().filter_map(item).collect();
        Ok(Blocked {
            count: items.len(),
            items,
            dhash: list.dhash,
        })
    }
}
