//! GET /newsletters — the newsletters that the account follows, its own among them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shown;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::Failure;

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListNewsletters {}

/// What the account follows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewsletterList, example = json!({"newsletters": [Shown::example()], "count": 1}))]
pub struct Followed {
    newsletters: Vec<Shown>,
    /// How many they are.
    count: usize,
}

impl Command for ListNewsletters {
    type Reply = Followed;
    const SUMMARY: &'static str = "Lists the newsletters that the account follows";
    const OPERATION: Operation =
        Operation::new("newsletter", Envelope::Flat).failing_with("failed to list newsletters");

    async fn run(self, session: Session) -> Result<Followed, Failure> {
        let followed = session.newsletters().followed().await?;
        let newsletters: Vec<Shown> = followed.into_iter().map(Shown::from).collect();
        Ok(Followed {
            count: newsletters.len(),
            newsletters,
        })
    }
}
