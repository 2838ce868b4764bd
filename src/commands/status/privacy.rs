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

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"type": "blacklist", "list": ["5511999999999@s.whatsapp.net"]}))]
pub struct UpdateStatusPrivacy {
    #[serde(rename = "type")]
    pub admits: Admits,
    /// User JIDs or numbers; left alone for `contacts`.
    #[serde(default)]
    pub list: Vec<String>,
}

pub struct PutPrivacy(StatusPrivacy);

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = StatusPrivacy,
    example = json!({"type": "blacklist", "count": 1, "list": ["5511999999999@s.whatsapp.net"]})
)]
pub struct Updated {
    #[serde(rename = "type")]
    admits: Admits,
    count: usize,
    list: Vec<String>,
}

impl Input for UpdateStatusPrivacy {
    type Command = PutPrivacy;

    fn check(self) -> Result<PutPrivacy, Invalid> {
        let admits = self.admits;
        let kind = match admits {
            Admits::Contacts => {
                let list = Vec::new();
                return Ok(PutPrivacy(StatusPrivacy { admits, list }));
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
        Ok(PutPrivacy(StatusPrivacy { admits, list }))
    }
}

/// Each once, as JIDs.
fn people(list: &[String]) -> Result<Vec<String>, Invalid> {
    let mut known = HashSet::with_capacity(list.len());
    let mut people = Vec::with_capacity(list.len());
    for text in list {
        let person = text.parse::<Person>();
        let person = person.map_err(|nobody| Invalid::field("list", format!("list: {nobody}")))?;
        let jid = person.to_string();
        if known.insert(jid.clone()) {
            people.push(jid);
        }
    }
    Ok(people)
}

impl Command for PutPrivacy {
    type Reply = Updated;
    const SUMMARY: &'static str = "Says who may see the statuses from now on";
    const OPERATION: Operation = Operation::new("privacy_update", Envelope::Object)
        .failing_with("failed to update status privacy")
        .timing_out_with("info query timed out");

    async fn run(self, session: Session) -> Result<Updated, Failure> {
        let Self(rule) = self;
        let StatusPrivacy { admits, list } = rule.clone();
        session.status().set_privacy(rule).await?;
        Ok(Updated {
            admits,
            count: list.len(),
            list,
        })
    }
}
