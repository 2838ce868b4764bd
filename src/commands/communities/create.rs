//! POST /communities — a community, with the groups that come with it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Community;
use crate::commands::groups::people::{self, Told};
use crate::commands::{Command, Input};
use crate::contract::bounded::{Filled, UpTo};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply;
use crate::device::session::Session;
use crate::device::session::communities::NewCommunity;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// What it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Our town", "participants": ["5511999999999"]}))]
pub struct CreateCommunity {
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Filled<100>,
    /// What it says of itself: at most 2,048 characters.
    #[schema(value_type = Option<String>, max_length = 2048)]
    description: Option<UpTo<2048>>,
    /// Numbers, JIDs and LIDs of who is to be in it besides the account; at most 1,023.
    participants: Option<Vec<String>>,
    /// Whoever does not let this account add them is sent an invitation, by private message; at most 20 people are.
    invite: Option<bool>,
}

/// Makes a community.
pub struct Create {
    name: String,
    description: Option<String>,
    people: Vec<Person>,
    invite: bool,
}

/// The community that there is now, and what did not come about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CreatedCommunity,
    example = json!({
        "community": Community::example(),
        "participants": Told::examples(),
        "refused": 1
    })
)]
pub struct Created {
    community: Community,
    /// What became of those who were to be in it, in the order of the request.
    participants: Vec<Told>,
    /// How many of them are not in it.
    refused: usize,
    /// Why it has no description; absent where it has the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description_error: Option<String>,
}

impl Input for CreateCommunity {
    type Command = Create;

    fn check(self) -> Result<Create, Invalid> {
        let description = self.description.map(String::from);
        Ok(Create {
            name: self.name.into(),
            description: description.filter(|text| !text.trim().is_empty()),
            people: people::read(&self.participants.unwrap_or_default())?,
            invite: self.invite.unwrap_or_default(),
        })
    }
}

impl Command for Create {
    type Reply = reply::Created<Created>;
    const SUMMARY: &'static str =
        "Makes a community with its announcement group and general chat, and adds people to it";
    const OPERATION: Operation = Operation::new("community_create", Envelope::Flat)
        .failing_with("failed to create community");
    const MAKES: bool = true;

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let new = NewCommunity {
            subject: self.name,
            description: self.description,
            people: self.people,
        };
        let created = session.communities().create(new).await?;
        let group = created.invites_to();
        let participants = people::tell(&session, &group, created.people, self.invite).await;
        Ok(reply::Created(Created {
            community: Community::new(created.community, created.groups),
            refused: people::refused(&participants),
            participants,
            description_error: created.not_described.map(|why| why.to_string()),
        }))
    }
}
