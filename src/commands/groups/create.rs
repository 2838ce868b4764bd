//! POST /groups — a new group, with people in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{self, Told};
use super::{Name, Shown};
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply;
use crate::device::session::Session;
use crate::device::session::groups::NewGroup;
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;

/// A group that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Sales",
    "participants": ["5511999999999", "5511988888888@s.whatsapp.net"],
    "options": {"announcement": true}
}))]
pub struct CreateGroup {
    /// At most 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Name,
    /// Numbers, JIDs and LIDs of whoever is in it besides the account itself; at most 1,023.
    participants: Vec<String>,
    options: Option<Options>,
    /// Whoever does not let this account add them is sent an invitation.
    invite: Option<bool>,
}

/// What holds in it from the beginning.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NewGroupOptions)]
struct Options {
    /// Only admins write.
    announcement: Option<bool>,
    /// Only admins change what the group shows of itself.
    locked: Option<bool>,
    /// Admins decide about who asks to join.
    join_approval: Option<bool>,
    /// It is a community, which has no people of its own.
    community: Option<bool>,
    /// The community that it belongs to.
    #[schema(value_type = Option<String>, example = "120363021234567890@g.us")]
    parent_jid: Option<GroupJid>,
}

/// Makes this group.
pub struct Create {
    new: NewGroup,
    invite: bool,
}

/// The group, and what became of those who were to be in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CreatedGroup,
    example = json!({"group": Shown::example(), "participants": Told::examples()})
)]
pub struct Created {
    group: Shown,
    /// Whoever was to be in it, in the order of the request; absent where WhatsApp has not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    participants: Option<Vec<Told>>,
    /// Options that could not be set; absent where all were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_set: Vec<NotSet>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OptionNotSet)]
struct NotSet {
    /// Which option.
    field: &'static str,
    error: String,
}

impl Input for CreateGroup {
    type Command = Create;

    fn check(self) -> Result<Create, Invalid> {
        let options = self.options.unwrap_or_default();
        let community = options.community.unwrap_or_default();
        if community && options.parent_jid.is_some() {
            let problem = "options.parent_jid: a community belongs to no other";
            return Err(Invalid::field("options.parent_jid", problem));
        }
        if community && !self.participants.is_empty() {
            let problem = "participants: a community has none when it is made: add them by POST /communities/{jid}/participants";
            return Err(Invalid::field("participants", problem));
        }
        let people = match community {
            true => Vec::new(),
            false => people::read_some(&self.participants)?,
        };
        Ok(Create {
            invite: self.invite.unwrap_or_default(),
            new: NewGroup {
                subject: self.name.into(),
                people,
                announce: options.announcement.unwrap_or_default(),
                locked: options.locked.unwrap_or_default(),
                join_approval: options.join_approval.unwrap_or_default(),
                community,
                parent: options.parent_jid,
            },
        })
    }
}

impl Command for Create {
    type Reply = reply::Created<Created>;
    const SUMMARY: &'static str = "Makes a group, and says of everybody whether they are in it";
    const OPERATION: Operation =
        Operation::new("group_create", Envelope::Flat).failing_with("failed to create group");
    const MAKES: bool = true;

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let created = session.groups().create(self.new).await?;
        let participants = match created.people {
            Some(outcomes) => {
                Some(people::tell(&session, &created.group, outcomes, self.invite).await)
            }
            None => None,
        };
        let not_set = created.not_set.into_iter().map(|(field, why)| NotSet {
            field,
            error: why.to_string(),
        });
        Ok(reply::Created(Created {
            group: created.group.into(),
            participants,
            not_set: not_set.collect(),
        }))
    }
}
