//! POST and DELETE /groups/{jid}/participants — who is in a group, and who leads it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::{self, Told};
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::{Change, NOT_ADMIN, NOT_FOUND};
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// What is done with whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"participants": ["5511999999999"], "invite": true}))]
pub struct AddGroupParticipants {
    /// The group's JID.
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
pub struct RemoveGroupParticipants {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// Numbers, JIDs and LIDs; at most 1,023.
    participants: Vec<String>,
    /// `remove` or `demote`; left out: they are removed.
    action: Option<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = GroupParticipantsAction)]
enum Action {
    Add,
    Remove,
    /// They become admins.
    Promote,
    /// They are admins no longer.
    Demote,
}

impl From<Action> for Change {
    fn from(action: Action) -> Self {
        match action {
            Action::Add => Self::Add,
            Action::Remove => Self::Remove,
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
    change: Change,
    people: Vec<Person>,
    invite: bool,
}

/// What became of each of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = GroupParticipantsChange,
    example = json!({"participants": Told::examples(), "refused": 1})
)]
pub struct Changed {
    /// In the order of the request.
    participants: Vec<Told>,
    /// With how many of them it was not done.
    refused: usize,
}

impl Input for AddGroupParticipants {
    type Command = Add;

    fn check(self) -> Result<Add, Invalid> {
        let action = self.action.unwrap_or(Action::Add);
        let adds = action == Action::Add;
        let (people, invite) = people::to_add(adds, self.invite, &self.participants)?;
        Ok(Add(What {
            jid: self.jid,
            change: action.into(),
            people,
            invite,
        }))
    }
}

impl Input for RemoveGroupParticipants {
    type Command = Remove;

    fn check(self) -> Result<Remove, Invalid> {
        let action = self.action.unwrap_or(Action::Remove);
        let fits = matches!(action, Action::Remove | Action::Demote);
        let people = people::to_remove(fits, &self.participants)?;
        Ok(Remove(What {
            jid: self.jid,
            change: action.into(),
            people,
            invite: false,
        }))
    }
}

async fn change(session: Session, what: What) -> Result<Changed, Failure> {
    let groups = session.groups();
    let (group, outcomes) = groups.change(&what.jid, what.change, &what.people).await?;
    let participants = people::tell(&session, &group, outcomes, what.invite).await;
    Ok(Changed {
        refused: people::refused(&participants),
        participants,
    })
}

impl Command for Add {
    type Reply = Changed;
    const SUMMARY: &'static str =
        "Adds people to a group, or makes them its admins, and says of each what became of it";
    const OPERATION: Operation = Operation::new("group_participants", Envelope::Flat)
        .failing_with("failed to update group participants");
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
    const SUMMARY: &'static str = "Removes people from a group, or has them be its admins no longer, and says of each what became of it";
    const OPERATION: Operation = Add::OPERATION;
    const PARAMS: &'static [Param] = Add::PARAMS;

    fn refusals() -> Vec<Failure> {
        Add::refusals()
    }

    async fn run(self, session: Session) -> Result<Changed, Failure> {
        change(session, self.0).await
    }
}
