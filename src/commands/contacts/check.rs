//! POST /contact/check — which numbers are registered on WhatsApp.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// Numbers in one request.
const LIMIT: usize = 1000;

/// Which numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"numbers": ["5511999999999", "+55 11 88888-8888"]}))]
pub struct CheckContacts {
    /// In whatever notation, also as JIDs; at most 1,000.
    pub numbers: Vec<String>,
}

/// Asks WhatsApp for numbers.
pub struct Check(Vec<Person>);

/// By number, in digits; who was named by LID, by that.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CheckedNumbers,
    example = json!({"5511999999999": true, "5511888888888": false})
)]
pub struct Checked(BTreeMap<String, bool>);

impl Input for CheckContacts {
    type Command = Check;

    fn check(self) -> Result<Check, Invalid> {
        if self.numbers.is_empty() || self.numbers.len() > LIMIT {
            let problem = format!("numbers must hold between 1 and {LIMIT} numbers");
            return Err(Invalid::field("numbers", problem));
        }
        let person = |text: &String| {
            let person = text.parse::<Person>();
            person.map_err(|nobody| nobody.in_field("numbers"))
        };
        let people = self.numbers.iter().map(person);
        people.collect::<Result<_, _>>().map(Check)
    }
}

/// As it is shown.
fn shown(person: &Person) -> String {
    match person {
        Person::Phone(number) => number.to_string(),
        Person::Lid(_) => person.to_string(),
    }
}

impl Command for Check {
    type Reply = Checked;
    const SUMMARY: &'static str = "Tells which numbers are registered on WhatsApp";
    const OPERATION: Operation =
        Operation::new("check", Envelope::Data).failing_with("failed to check numbers");

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let Self(people) = self;
        let registered = session.lookup().registered(&people).await?;
        let answer = people
            .iter()
            .map(|person| (shown(person), registered.contains(person)));
        Ok(Checked(answer.collect()))
    }
}
