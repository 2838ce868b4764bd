//! POST /statuses/{message_id}/read — tells the author of a status that it was seen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::others_statuses::UNKNOWN;
use crate::failure::Failure;

/// Which status.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadStatus {
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
}

/// Its author is told, and the account is among those who have seen it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeenStatus, example = json!({"message_id": "3EB0C431D17A2B6E9F0C", "read": true}))]
pub struct Seen {
    message_id: String,
    read: bool,
}

impl Command for ReadStatus {
    type Reply = Seen;
    const SUMMARY: &'static str = "Tells the author of a status that it was seen";
    const OPERATION: Operation =
        Operation::new("status_read", Envelope::Object).failing_with("failed to mark as seen");
    const PARAMS: &'static [Param] = &[Param::path("message_id")];

    fn refusals() -> Vec<Failure> {
        vec![UNKNOWN]
    }

    async fn run(self, session: Session) -> Result<Seen, Failure> {
        session.others_statuses().read(&self.message_id).await?;
        Ok(Seen {
            message_id: self.message_id,
            read: true,
        })
    }
}
