//! GET /newsletters/{jid} — a newsletter, whether or not the account follows it.

use serde::Deserialize;
use utoipa::ToSchema;

use super::One;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::newsletters::{CLOSED, NOT_FOUND};
use crate::failure::Failure;
use crate::jid::Newsletter;

/// Which newsletter.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetNewsletter {
    /// The newsletter's JID, or the code or link that invites to it.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: Newsletter,
}

impl Command for GetNewsletter {
    type Reply = One;
    const SUMMARY: &'static str = "Shows a newsletter, by its JID or by what invites to it";
    const OPERATION: Operation =
        Operation::new("newsletter", Envelope::Flat).failing_with("failed to get newsletter");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, CLOSED]
    }

    async fn run(self, session: Session) -> Result<One, Failure> {
        Ok(session.newsletters().find(&self.jid).await?.into())
    }
}
