//! POST and DELETE /communities/{jid}/participants — who is in a community, and who leads it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::groups::people::{self, Told};
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::communities::{NOT_ADMIN, NOT_FOUND};
use crate::device::session::groups::Change;
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// What is done with whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"participants": ["5511999999999"], "invite": true}))]
pub struct AddCommunityParticipants {
    /// The community's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// Numbers, JIDs and LIDs; at most 1,023.
    participants: Vec<String>,
    /// Left out: they are added.
    action: Option<Action>,
    /// Whoever does not let this account add them is sent an invitation, by private message; of at most 20 people.
    invite: Option<bool>,
}

/// What is done with whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"participants": ["5511999999999"]}))]
pub struct RemoveCommunityParticipants {
    /// The community's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// Numbers, JIDs and LIDs; at most 1,023.
    participants: Vec<String>,
    /// `remove` or `demote`; left out: they are removed.
    action: Option<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CommunityParticipantsAction)]
enum Action {
    /// To the announcement group, in which everybody of the community is.
    Add,
    /// From the community and all of its groups.
    Remove,
    /// They become admins of the community.
    Promote,
    /// They are admins of it no longer.
    Demote,
}

impl From<Action> for Change {
    fn from(action: Action) -> Self {
        match action {
            Action::Add => Self::Add,
            Action::Remove => Self::Expel,
            Action::Promote => Self::Promote,
            Action::Demote => Self::Demote,
        }
    }
}

/// Adds people, or makes them admins, or the opposite.
pub struct Add(What);

/// Removes people, or has them be admins no longer.
pub struct Remove(What);

struct What {
    jid: GroupJid,
    action: Action,
    people: Vec<Person>,
    invite: bool,
}

/// What became of each of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CommunityParticipantsChange,
    example = json!({
        "jid": "120363021234567890@g.us",
        "action": "add",
        "participants": Told::examples(),
        "refused": 1
    })
)]
pub struct Changed {
    /// The community's.
    jid: String,
    action: Action,
    /// In the order of the request.
    participants: Vec<Told>,
    /// With how many of them it was not done.
    refused: usize,
}

impl Input for AddCommunityParticipants {
    type Command = Add;

    fn check(self) -> Result<Add, Invalid> {
        let action = self.action.unwrap_or(Action::Add);
        let adds = action == Action::Add;
        let (people, invite) = people::to_add(adds, self.invite, &self.participants)?;
        Ok(Add(What {
            jid: self.jid,
            action,
            people,
            invite,
        }))
    }
}

impl Input for RemoveCommunityParticipants {
    type Command = Remove;

    fn check(self) -> Result<Remove, Invalid> {
        let action = self.action.unwrap_or(Action::Remove);
        let fits = matches!(action, Action::Remove | Action::Demote);
        let people = people::to_remove(fits, &self.participants)?;
        Ok(Remove(What {
            jid: self.jid,
            action,
            people,
            invite: false,
        }))
    }
}

async fn change(session: Session, what: What) -> Result<Changed, Failure> {
    let communities = session.communities();
    let change = what.action.into();
    let (group, outcomes) = communities.change(&what.jid, change, &what.people).await?;
    let participants = people::tell(&session, &group, outcomes, what.invite).await;
    Ok(Changed {
        jid: what.jid.to_string(),
        action: what.action,
        refused: people::refused(&participants),
        participants,
    })
}

impl Command for Add {
    type Reply = Changed;
    const SUMMARY: &'static str =
        "Adds people to a community, or makes them its admins, and says of each what became of it";
    const OPERATION: Operation = Operation::new("community_participants", Envelope::Flat)
        .failing_with("failed to update community participants");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        change(session, self.0).await
    }
}

impl Command for Remove {
    type Reply = Changed;
    const SUMMARY: &'static str = "Removes people from a community and all of its groups, or has them be its admins no longer, and says of each what became of it";
    const OPERATION: Operation = Add::OPERATION;
    const PARAMS: &'static [Param] = Add::PARAMS;

    fn refusals() -> Vec<Failure> {
        Add::refusals()
    }

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        change(session, self.0).await
    }
}
