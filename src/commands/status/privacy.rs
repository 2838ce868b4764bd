//! PUT /status/privacy — who may see the statuses from now on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::device::session::status::privacy::{Admits, StatusPrivacy};
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};
use crate::person::Person;

/// More people than anybody's list holds.
const LONGEST_LIST: usize = 10_000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "blacklist", "list": ["5511999999999@s.whatsapp.net"]}))]
pub struct PutPrivacy {
    #[serde(rename = "type")]
    pub admits: Admits,
    /// User JIDs or numbers; left alone for `contacts`.
    #[serde(default)]
    pub list: Vec<String>,
}

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

impl PutPrivacy {
    fn people(&self) -> Result<Vec<String>, Invalid> {
        let kind = match self.admits {
            Admits::Contacts => return Ok(Vec::new()),
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
        let mut people = Vec::with_capacity(self.list.len());
        for text in &self.list {
            let jid = Person::parse("list", text)?.to_string();
            if !people.contains(&jid) {
                people.push(jid);
            }
        }
        Ok(people)
    }
}

impl Command for PutPrivacy {
    type Reply = Updated;
    const SUMMARY: &'static str = "Says who may see the statuses from now on";
    const OPERATION: Operation = Operation::new("privacy_update", Envelope::Object)
        .failing_with("failed to update status privacy")
        .timing_out_with("info query timed out");

    fn validate(&self) -> Result<(), Invalid> {
        self.people().map(drop)
    }

    async fn run(self, session: Session) -> Result<Updated, Failure> {
        let list = self.people()?;
        let rule = StatusPrivacy {
            admits: self.admits,
            list: list.clone(),
        };
        session.status().set_privacy(rule).await?;
        Ok(Updated {
            admits: self.admits,
            count: list.len(),
            list,
        })
    }
}
