//! PUT /status/privacy — who may see the statuses from now on.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::status::privacy::{Admits, StatusPrivacy};
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// More people than anybody's list holds.
const LONGEST_LIST: usize = 10_000;

/// The rule for all later statuses.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"type": "blacklist", "list": ["5511999999999@s.whatsapp.net"]}))]
pub struct UpdateStatusPrivacy {
    /// Whom the list means.
    #[serde(rename = "type")]
    pub admits: Admits,
    /// User JIDs, or numbers in whatever notation; left alone for `contacts`.
    #[serde(default)]
    pub list: Vec<String>,
}

/// Has WhatsApp keep this rule.
pub struct PutPrivacy {
    admits: Admits,
    list: Vec<Person>,
}

/// The rule as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = StatusPrivacy,
    example = json!({"type": "blacklist", "count": 1, "list": ["5511999999999@s.whatsapp.net"]})
)]
pub struct Updated {
    #[serde(rename = "type")]
    admits: Admits,
    count: usize,
    /// As WhatsApp knows them.
    list: Vec<String>,
}

impl Input for UpdateStatusPrivacy {
    type Command = PutPrivacy;

    fn check(self) -> Result<PutPrivacy, Invalid> {
        let admits = self.admits;
        let kind = match admits {
            Admits::Contacts => {
                let list = Vec::new();
                return Ok(PutPrivacy { admits, list });
            }
            Admits::Whitelist => "whitelist",
            Admits::Blacklist => "blacklist",
        };
        if self.list.is_empty() {
            return Err(Invalid::request(format!("list cannot be empty for {kind}")));
        }
        if self.list.len() > LONGEST_LIST {
            let problem = format!("list must not hold more than {LONGEST_LIST} people");
            return Err(Invalid::field("list", problem));
        }
        let list = people(&self.list)?;
        Ok(PutPrivacy { admits, list })
    }
}

/// Each once.
fn people(list: &[String]) -> Result<Vec<Person>, Invalid> {
    let people = list.iter().map(|text| {
        let person = text.parse::<Person>();
        person.map_err(|nobody| nobody.in_field("list"))
    });
    Ok(each_once(people.collect::<Result<_, _>>()?))
}

/// The first of those who are named again.
pub(super) fn each_once(mut people: Vec<Person>) -> Vec<Person> {
    let mut known = HashSet::with_capacity(people.len());
    people.retain(|person| known.insert(person.clone()));
    people
}

impl Command for PutPrivacy {
    type Reply = Updated;
    const SUMMARY: &'static str = "Says who may see the statuses from now on";
    const OPERATION: Operation = Operation::new("privacy_update", Envelope::Object)
        .failing_with("failed to update status privacy")
        .timing_out_with("info query timed out");

    fn refusals() -> Vec<Failure> {
        vec![Invalid::request("list cannot be empty for whitelist").into()]
    }

    async fn run(self, session: Session) -> Result<Updated, Failure> {
        let Self { admits, list } = self;
        let StatusPrivacy { admits, list } = session.status().set_privacy(admits, &list).await?;
        Ok(Updated {
            admits,
            count: list.len(),
            list,
        })
    }
}
