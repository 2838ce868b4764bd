//! POST /status/text — a text-only status, to everyone the status privacy admits.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Posted;
use crate::commands::Command;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "We are open today from 9am to 6pm. Reply here for support."}))]
pub struct PostText {
    /// What to publish; not blank.
    pub text: String,
}

impl Command for PostText {
    type Reply = Posted;
    const SUMMARY: &'static str = "Posts a text status to everyone whom the status privacy admits";
    const OPERATION: Operation =
        Operation::new("status", Envelope::Object).failing_with("failed to send status broadcast");

    fn validate(&self) -> Result<(), Invalid> {
        if self.text.trim().is_empty() {
            return Err(Invalid::request("text cannot be empty"));
        }
        Ok(())
    }

    async fn run(self, session: Session) -> Result<Posted, Failure> {
        let audience = session.status().audience().await?;
        let ack = session
            .status()
            .post(audience, Outgoing::status_text(self.text))
            .await?;
        Ok(Posted::new(ack, "text"))
    }
}
