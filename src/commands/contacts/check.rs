//! POST /contact/check — which numbers are registered on WhatsApp.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::{self, PhoneNumber};

/// Numbers in one request.
const LIMIT: usize = 1000;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"numbers": ["5511999999999", "+55 11 88888-8888"]}))]
pub struct CheckContacts {
    /// Written anyhow; at most 1,000.
    pub numbers: Vec<String>,
}

pub struct Check {
    /// Each as it is shown; those that are numbers, and those that nobody can have.
    numbers: Vec<(String, Option<PhoneNumber>)>,
}

/// By cleaned number.
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
        let numbers = self.numbers.iter().map(|text| number(text));
        Ok(Check {
            numbers: numbers.collect::<Result<_, _>>()?,
        })
    }
}

/// A number, also where somebody has written its JID.
fn number(text: &str) -> Result<(String, Option<PhoneNumber>), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::field(
            "numbers",
            "numbers must not hold an empty one",
        ));
    }
    let user = text.trim().strip_suffix("@s.whatsapp.net").unwrap_or(text);
    Ok((jid::clean(user), user.parse().ok()))
}

impl Command for Check {
    type Reply = Checked;
    const SUMMARY: &'static str = "Tells which numbers are registered on WhatsApp";
    const OPERATION: Operation =
        Operation::new("check", Envelope::Data).failing_with("failed to check numbers");

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let numbers = self.numbers.iter();
        let numbers: Vec<PhoneNumber> = numbers.filter_map(|(_, number)| number.clone()).collect();
        let registered = session.lookup().registered(&numbers).await?;
        // What cannot be a number of anybody is known not to be registered.
        let nobody = self.numbers.into_iter().map(|(shown, _)| (shown, false));
        let mut answer: BTreeMap<String, bool> = nobody.collect();
        answer.extend(registered);
        Ok(Checked(answer))
    }
}
