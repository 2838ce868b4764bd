//! PATCH /groups/{jid} — what a group is called, says of itself, and lets its people do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AddMode, Name, Shown};
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::Topic;
use crate::device::session::Session;
use crate::device::session::groups::{Changes, NOT_ADMIN, NOT_FOUND};
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;

/// What is to be different: at least one of these fields.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Sales", "topic": "What is to be sold today", "announcement": true}))]
pub struct UpdateGroup {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// At most 100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    name: Option<Name>,
    /// What the group says of itself, at most 2,048 characters; `""`: nothing any more.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2048)]
    topic: Topic,
    /// The same as `topic`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2048)]
    description: Topic,
    /// Only admins write.
    announcement: Option<bool>,
    /// Only admins change what the group shows of itself.
    locked: Option<bool>,
    /// Admins decide about who asks to join.
    join_approval: Option<bool>,
    /// Who may add people.
    member_add_mode: Option<AddMode>,
}

/// Changes a group.
pub struct Update {
    jid: GroupJid,
    changes: Changes,
}

/// The group as it is now, without its people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UpdatedGroup, example = json!({"group": Shown::example_alone()}))]
pub struct Updated {
    group: Shown,
}

impl Input for UpdateGroup {
    type Command = Update;

    fn check(self) -> Result<Update, Invalid> {
        let description = match (self.topic.text(), self.description.text()) {
            (Some(one), Some(other)) if one != other => {
                let problem = "description and topic are one, and say different things: one of them is enough";
                return Err(Invalid::field("description", problem));
            }
            (one, other) => one.or(other),
        };
        let changes = Changes {
            subject: self.name.map(String::from),
            description,
            locked: self.locked,
            announce: self.announcement,
            join_approval: self.join_approval,
            who_adds: self.member_add_mode.map(Into::into),
        };
        if changes == Changes::default() {
            let problem =
                "name, topic, announcement, locked, join_approval or member_add_mode is required";
            return Err(Invalid::field("name", problem));
        }
        Ok(Update {
            jid: self.jid,
            changes,
        })
    }
}

impl Command for Update {
    type Reply = Updated;
    const SUMMARY: &'static str =
        "Changes what a group is called, says of itself, and lets its people do";
    const OPERATION: Operation =
        Operation::new("group_update", Envelope::Flat).failing_with("failed to update group");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Updated, Failure> {
        let group = session.groups().update(&self.jid, self.changes).await?;
        Ok(Updated {
            group: Shown::from(group).alone(),
        })
    }
}
