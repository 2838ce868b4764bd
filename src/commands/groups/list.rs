//! GET /groups — the groups that the account is in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shown;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::failure::Failure;

/// How much of them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListGroups {
    /// Also who is in them.
    participants: Option<bool>,
}

/// The groups, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Groups, example = json!({"groups": [Shown::example_alone()], "count": 1}))]
pub struct Listed {
    groups: Vec<Shown>,
    count: usize,
}

impl Command for ListGroups {
    type Reply = Listed;
    const SUMMARY: &'static str = "Lists the groups that the account is in";
    const OPERATION: Operation =
        Operation::new("groups", Envelope::Flat).failing_with("failed to list groups");
    const PARAMS: &'static [Param] = &[Param::query("participants")];

    async fn run(self, session: Session) -> Result<Listed, Failure> {
        let with_people = self.participants.unwrap_or_default();
        let groups = session.groups().all().await?.into_iter();
        let groups: Vec<Shown> = groups
            .map(|group| match with_people {
                true => Shown::from(group),
                false => Shown::from(group).alone(),
            })
            .collect();
        Ok(Listed {
            count: groups.len(),
            groups,
        })
    }
}
