//! POST /contacts/block and /contacts/unblock — somebody, by JID, LID or number, in the body or in the query.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedPerson;
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::known_as::Named;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// Whom to block.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"jid": "5511999999999@s.whatsapp.net"}))]
pub struct BlockContact {
    /// Whom, as a JID or LID.
    #[schema(value_type = Option<String>)]
    pub jid: Option<Person>,
    /// A phone number, where there is no `jid`.
    #[schema(value_type = Option<String>)]
    pub number: Option<Person>,
}

/// Whom to unblock.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"jid": "5511999999999@s.whatsapp.net"}))]
pub struct UnblockContact {
    /// Whom, as a JID or LID.
    #[schema(value_type = Option<String>)]
    pub jid: Option<Person>,
    /// A phone number, where there is no `jid`.
    #[schema(value_type = Option<String>)]
    pub number: Option<Person>,
}

/// Blocks this person.
pub struct Block(Whom);

/// Unblocks this person.
pub struct Unblock(Whom);

/// Somebody, and the field that names them.
struct Whom {
    person: Person,
    field: &'static str,
}

impl Whom {
    fn of(jid: Option<Person>, number: Option<Person>) -> Result<Self, Invalid> {
        let field = if jid.is_some() { "jid" } else { "number" };
        let person = Person::from_either(jid, number)?;
        Ok(Self { person, field })
    }
}

const WHOM: &[Param] = &[Param::body_or_query("jid"), Param::body_or_query("number")];

/// Who is blocked, or no longer.
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
    #[serde(flatten)]
    person: NamedPerson,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    action: Action,
    blocked: bool,
    /// How many are blocked now.
    count: usize,
    dhash: String,
}

async fn change(whom: Whom, session: Session, blocked: bool) -> Result<Changed, Failure> {
    let Whom { person, field } = whom;
    let (who, list) = session.blocklist().set(&person, field, blocked).await?;
    Ok(Changed {
        phone_number: who.phone.clone(),
        person: Named {
            jid: who.phone_jid().unwrap_or_else(|| person.to_string()),
            who,
        }
        .into(),
        action: match blocked {
            true => Action::Block,
            false => Action::Unblock,
        },
        blocked,
        count: list.people.len(),
        dhash: list.dhash,
    })
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BlockAction)]
enum Action {
    Block,
    Unblock,
}

impl Input for BlockContact {
    type Command = Block;

    fn check(self) -> Result<Block, Invalid> {
        Whom::of(self.jid, self.number).map(Block)
    }
}

impl Input for UnblockContact {
    type Command = Unblock;

    fn check(self) -> Result<Unblock, Invalid> {
        Whom::of(self.jid, self.number).map(Unblock)
    }
}

impl Command for Block {
    type Reply = Changed;
    const SUMMARY: &'static str = "Blocks somebody";
    const OPERATION: Operation =
        Operation::new("block", Envelope::Data).failing_with("failed to block contact");
    const PARAMS: &'static [Param] = WHOM;

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        change(self.0, session, true).await
    }
}

impl Command for Unblock {
    type Reply = Changed;
    const SUMMARY: &'static str = "Unblocks somebody";
    const OPERATION: Operation =
        Operation::new("unblock", Envelope::Data).failing_with("failed to unblock contact");
    const PARAMS: &'static [Param] = WHOM;

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        change(self.0, session, false).await
    }
}
