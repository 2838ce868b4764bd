//! POST /contact/check — which numbers are registered on WhatsApp.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Envelope, Failure, Invalid, Operation};
use crate::phone::{self, PhoneNumber};

/// Numbers in one request.
const LIMIT: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Written anyhow; at most 1,000.
    pub numbers: Vec<String>,
}

impl Command for Check {
    /// By cleaned number.
    type Reply = BTreeMap<String, bool>;
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
        answer.extend(session.registered(&numbers).await?);
        Ok(answer)
    }
}
