//! People whom a request about a community names, and what became of each of them.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::device::session::communities::Outcome;
use crate::failure::Invalid;
use crate::jid::Person;

/// So many are added by one request.
pub const MOST: usize = 1023;

/// The people on the list `participants`, nobody of them twice.
pub fn read(list: &[String]) -> Result<Vec<Person>, Invalid> {
    let field = "participants";
    if list.len() > MOST {
        let problem = format!("participants must not hold more than {MOST} people");
        return Err(Invalid::field(field, problem));
    }
    let mut known = HashSet::with_capacity(list.len());
    let mut people = Vec::with_capacity(list.len());
    for text in list {
        let person = text.parse::<Person>();
        let person = person.map_err(|nobody| nobody.in_field(field))?;
        if !known.insert(person.clone()) {
            let problem = format!("participants: {person} is named twice");
            return Err(Invalid::field(field, problem));
        }
        people.push(person);
    }
    Ok(people)
}

/// What became of one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommunityParticipantOutcome)]
pub struct Told {
    /// By LID where it is known.
    jid: String,
    /// Digits, where it is known.
    phone_number: Option<String>,
    /// A JID, where it is known.
    lid: Option<String>,
    status: Status,
    /// WhatsApp's own, of what was refused; absent where it has not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CommunityParticipantStatus)]
enum Status {
    /// It was done.
    Ok,
    /// It was not done.
    Refused,
}

impl Told {
    /// For the API's document: one who came, and one who did not.
    pub fn examples() -> Value {
        json!([
            {
                "jid": "123456789012345@lid",
                "phone_number": "5511999999999",
                "lid": "123456789012345@lid",
                "status": "ok"
            },
            {
                "jid": "234567890123456@lid",
                "phone_number": "5511988888888",
                "lid": "234567890123456@lid",
                "status": "refused",
                "code": 403,
                "error": "lets only contacts or nobody add them"
            }
        ])
    }

    pub fn is_refused(&self) -> bool {
        self.status == Status::Refused
    }
}

impl From<Outcome> for Told {
    fn from(outcome: Outcome) -> Self {
        let refused = outcome.refused;
        Self {
            jid: outcome.jid,
            lid: outcome.who.lid_jid(),
            phone_number: outcome.who.phone,
            status: match refused {
                None => Status::Ok,
                Some(_) => Status::Refused,
            },
            code: refused.as_ref().and_then(|refused| refused.code),
            error: refused.map(|refused| refused.why),
        }
    }
}
