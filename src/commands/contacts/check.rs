//! POST /contact/check — which numbers are registered on WhatsApp.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};
use crate::phone::{self, PhoneNumber};

/// Numbers in one request.
const LIMIT: usize = 1000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"numbers": ["5511999999999", "+55 11 88888-8888"]}))]
pub struct Check {
    /// Written anyhow; at most 1,000.
    pub numbers: Vec<String>,
}

/// By cleaned number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CheckedNumbers,
    example = json!({"5511999999999": true, "5511888888888": false})
)]
pub struct Checked(BTreeMap<String, bool>);

impl Command for Check {
    type Reply = Checked;
    const SUMMARY: &'static str = "Tells which numbers are registered on WhatsApp";
    const OPERATION: Operation =
        Operation::new("check", Envelope::Data).failing_with("failed to check numbers");

    fn validate(&self) -> Result<(), Invalid> {
        if self.numbers.is_empty() || self.numbers.len() > LIMIT {
            let problem = format!("numbers must hold between 1 and {LIMIT} numbers");
            return Err(Invalid::field("numbers", problem));
        }
        Ok(())
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        // What cannot be a number of anybody is known not to be registered.
        let mut answer: BTreeMap<String, bool> = self
            .numbers
            .iter()
            .map(|number| (phone::clean(number), false))
            .collect();
        let numbers: Vec<PhoneNumber> = answer
            .keys()
            .filter_map(|number| PhoneNumber::parse(number).ok())
            .collect();
        answer.extend(session.lookup().registered(&numbers).await?);
        Ok(Checked(answer))
    }
}
