//! POST /presence — whether others see that somebody is there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::presence::NAMELESS;
use crate::failure::Failure;

/// What others are to see.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"state": "available"}))]
pub struct SendPresence {
    /// Left out: `available`.
    state: Option<Wish>,
}

/// Whether somebody is there, in either of two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PresenceWish)]
enum Wish {
    Available,
    Online,
    Unavailable,
    Offline,
}

/// What others see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownPresence, example = json!({"state": "available"}))]
pub struct Shown {
    state: State,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OwnPresence)]
enum State {
    Available,
    Unavailable,
}

impl Command for SendPresence {
    type Reply = Shown;
    const SUMMARY: &'static str = "Shows others whether somebody is there";
    const OPERATION: Operation =
        Operation::new("presence", Envelope::Flat).failing_with("failed to send presence");

    fn refusals() -> Vec<Failure> {
        vec![NAMELESS]
    }

    async fn run(self, session: Session) -> Result<Shown, Failure> {
        let state = match self.state.unwrap_or(Wish::Available) {
            Wish::Available | Wish::Online => State::Available,
            Wish::Unavailable | Wish::Offline => State::Unavailable,
        };
        let available = matches!(state, State::Available);
        session.presence().set(available).await?;
        Ok(Shown { state })
    }
}
