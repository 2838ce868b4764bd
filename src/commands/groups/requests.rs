//! GET and POST /groups/{jid}/requests — who asks to be let in, and whether they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{self, Told};
use crate::commands::{Command, Input, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::{Change, NOT_ADMIN, NOT_FOUND, Request};
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListGroupRequests {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// What is decided about whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"action": "approve", "participants": ["5511999999999"]}))]
pub struct DecideGroupRequests {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// Whether they are let in.
    action: Decision,
    /// Numbers, JIDs and LIDs; at most 1,023.
    participants: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = GroupRequestsAction)]
enum Decision {
    Approve,
    Reject,
}

/// Lets people in, or does not.
pub struct Decide {
    group: GroupJid,
    change: Change,
    people: Vec<Person>,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = GroupRequests,
    example = json!({
        "requests": [{
            "jid": "123456789012345@lid",
            "phone_number": "5511999999999",
            "lid": "123456789012345@lid",
            "requested_at": "2026-06-15T12:00:00Z",
            "method": "invite_link"
        }],
        "count": 1
    })
)]
pub struct Listed {
    requests: Vec<Asks>,
    count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupRequest)]
struct Asks {
    /// As the group names its people: by number, or by LID.
    jid: String,
    /// Digits, where it is known.
    phone_number: Option<String>,
    /// A JID, where it is known.
    lid: Option<String>,
    /// RFC 3339, UTC.
    requested_at: Option<String>,
    /// WhatsApp's word for how: `invite_link`, `linked_group_join`, `non_admin_add`.
    method: Option<String>,
}

/// What became of each of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = GroupRequestsDecision,
    example = json!({"participants": Told::examples(), "refused": 1})
)]
pub struct Decided {
    /// In the order of the request.
    participants: Vec<Told>,
    /// With how many of them it was not done.
    refused: usize,
}

impl From<Request> for Asks {
    fn from(request: Request) -> Self {
        Self {
            jid: request.jid,
            lid: request.who.lid_jid(),
            phone_number: request.who.phone,
            requested_at: request.at.map(utc),
            method: request.method,
        }
    }
}

impl Command for ListGroupRequests {
    type Reply = Listed;
    const SUMMARY: &'static str = "Lists who asks to be let into a group";
    const OPERATION: Operation = Operation::new("group_requests", Envelope::Flat)
        .failing_with("failed to list group requests");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Listed, Failure> {
        let requests = session.groups().requests(&self.jid).await?;
        Ok(Listed {
            count: requests.len(),
            requests: requests.into_iter().map(Asks::from).collect(),
        })
    }
}

impl Input for DecideGroupRequests {
    type Command = Decide;

    fn check(self) -> Result<Decide, Invalid> {
        Ok(Decide {
            group: self.jid,
            change: match self.action {
                Decision::Approve => Change::Approve,
                Decision::Reject => Change::Reject,
            },
            people: people::read_some(&self.participants)?,
        })
    }
}

impl Command for Decide {
    type Reply = Decided;
    const SUMMARY: &'static str =
        "Lets people into a group who ask for it, or does not, and says of each what became of it";
    const OPERATION: Operation = Operation::new("group_requests_decision", Envelope::Flat)
        .failing_with("failed to decide group requests");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Decided, Failure> {
        let groups = session.groups();
        let (group, outcomes) = groups
            .change(&self.group, self.change, &self.people)
            .await?;
        let participants = people::tell(&session, &group, outcomes, false).await;
        Ok(Decided {
            refused: people::refused(&participants),
            participants,
        })
    }
}
