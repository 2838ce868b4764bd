//! POST /contacts/resolve — numbers and LIDs of the same people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::known_as::KnownAs;
use crate::device::session::Session;
use crate::device::session::contacts::Contact;
use crate::device::session::groups;
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// People in one request.
const LIMIT: usize = 160;

/// Who, by any of their names.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"jids": ["5511999999999", "123456789012345@lid"]}))]
pub struct ResolveContacts {
    /// Phone numbers, JIDs and LIDs; at most 160.
    pub jids: Vec<String>,
    /// Only who is in this group is told of.
    #[schema(value_type = Option<String>)]
    pub group_jid: Option<GroupJid>,
}

/// Asks WhatsApp for people's other names.
pub struct Resolve {
    /// As they were asked for, and who they are.
    people: Vec<(String, Person)>,
    group: Option<GroupJid>,
}

/// Those who were found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = ResolvedContacts,
    example = json!({
        "count": 1,
        "items": [{
            "input": "5511999999999",
            "input_jid": "5511999999999@s.whatsapp.net",
            "resolved_jid": "5511999999999@s.whatsapp.net",
            "jid": "5511999999999@s.whatsapp.net",
            "phone_number": "5511999999999",
            "lid_jid": "123456789012345@lid",
            "full_name": "Ana Souza"
        }]
    })
)]
pub struct Resolved {
    count: usize,
    items: Vec<Item>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResolvedContact)]
struct Item {
    /// As it was asked for.
    input: String,
    input_jid: String,
    /// By number where it is known.
    resolved_jid: String,
    jid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lid_jid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_name: Option<String>,
}

impl Input for ResolveContacts {
    type Command = Resolve;

    fn check(self) -> Result<Resolve, Invalid> {
        if self.jids.is_empty() || self.jids.len() > LIMIT {
            let problem = format!("jids must hold between 1 and {LIMIT} people");
            return Err(Invalid::field("jids", problem));
        }
        let person = |input: String| match input.parse::<Person>() {
            Ok(person) => Ok((input, person)),
            Err(nobody) => Err(nobody.in_field("jids")),
        };
        let people = self.jids.into_iter().map(person);
        Ok(Resolve {
            people: people.collect::<Result<_, _>>()?,
            group: self.group_jid,
        })
    }
}

impl Command for Resolve {
    type Reply = Resolved;
    const SUMMARY: &'static str = "Matches numbers and LIDs of the same people";
    const OPERATION: Operation =
        Operation::new("resolve", Envelope::Flat).failing_with("failed to resolve contacts");

    fn refusals() -> Vec<Failure> {
        vec![groups::NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Resolved, Failure> {
        let (inputs, people): (Vec<String>, Vec<Person>) = self.people.into_iter().unzip();
        let members = match &self.group {
            Some(group) => Some(session.groups().info(group).await?.participants),
            None => None,
        };
        let identities = session.lookup().names(&people).await?;
        let contacts = session.contacts().all().await?;
        let asked = inputs.into_iter().zip(people).zip(identities);
        let is_meant = |who: &KnownAs| match &members {
            Some(members) => members.iter().any(|member| member.who.is(who)),
            None => true,
        };
        let items: Vec<Item> = asked
            .filter(|(_, who)| is_meant(who))
            .map(|((input, person), who)| item(input, &person, who, &contacts))
            .collect();
        Ok(Resolved {
            count: items.len(),
            items,
        })
    }
}

fn item(input: String, person: &Person, who: KnownAs, contacts: &[Contact]) -> Item {
    let resolved = who.phone_jid().unwrap_or_else(|| person.to_string());
    let contact = contacts.iter().find(|contact| contact.who().is(&who));
    Item {
        input,
        input_jid: person.to_string(),
        jid: resolved.clone(),
        resolved_jid: resolved,
        lid_jid: who.lid_jid(),
        full_name: contact.and_then(|contact| contact.full_name.clone()),
        push_name: contact.and_then(|contact| contact.names.push_name.clone()),
        phone_number: who.phone,
    }
}
