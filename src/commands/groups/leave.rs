//! DELETE /groups/{jid}/leave — the account is in a group no longer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LeaveGroup {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// The account is in it no longer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeftGroup)]
pub struct Left {}

impl Command for LeaveGroup {
    type Reply = Left;
    const SUMMARY: &'static str = "Leaves a group";
    const OPERATION: Operation =
        Operation::new("group_leave", Envelope::Flat).failing_with("failed to leave group");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Left, Failure> {
        session.groups().leave(&self.jid).await?;
        Ok(Left {})
    }
}
