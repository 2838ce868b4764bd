//! POST /contacts/block and /contacts/unblock — somebody, by JID, LID or number, in the body or in the query.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};
use crate::person::Person;

/// Whom to block.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"jid": "5511999999999@s.whatsapp.net"}))]
pub struct Block {
    /// Whom, as a JID or LID.
    #[serde(default)]
    pub jid: Option<String>,
    /// A phone number, where there is no `jid`.
    #[serde(default)]
    pub number: Option<String>,
}

/// Whom to unblock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Unblock(Block);

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = BlockChange,
    example = json!({
        "jid": "5511999999999@s.whatsapp.net",
        "phone_number": "5511999999999",
        "action": "block",
        "blocked": true,
        "count": 3,
        "dhash": "2:abc123def456"
    })
)]
pub struct Changed {
    jid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    action: &'static str,
    blocked: bool,
    /// How many are blocked now.
    count: usize,
    dhash: String,
}

impl Block {
    fn person(&self) -> Result<Person, Invalid> {
        Person::from_either(self.jid.as_deref(), self.number.as_deref())
    }

    async fn change(self, session: Session, blocked: bool) -> Result<Changed, Failure> {
        let person = self.person()?;
        let (who, list) = session.blocklist().set(&person, blocked).await?;
        Ok(Changed {
            jid: who.phone_jid().unwrap_or_else(|| person.to_string()),
            phone_number: who.phone,
            action: if blocked { "block" } else { "unblock" },
            blocked,
            count: list.people.len(),
            dhash: list.dhash,
        })
    }
}

impl Command for Block {
    type Reply = Changed;
    const SUMMARY: &'static str = "Blocks somebody";
    const OPERATION: Operation =
        Operation::new("block", Envelope::Data).failing_with("failed to block contact");
    const QUERY: &'static [&'static str] = &["jid", "number"];

    fn validate(&self) -> Result<(), Invalid> {
        self.person().map(drop)
    }

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        self.change(session, true).await
    }
}

impl Command for Unblock {
    type Reply = Changed;
    const SUMMARY: &'static str = "Unblocks somebody";
    const OPERATION: Operation =
        Operation::new("unblock", Envelope::Data).failing_with("failed to unblock contact");
    const QUERY: &'static [&'static str] = Block::QUERY;

    fn validate(&self) -> Result<(), Invalid> {
        self.0.validate()
    }

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        self.0.change(session, false).await
    }
}
