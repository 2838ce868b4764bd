//! GET /groups/{jid} — a group that the account is in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shown;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetGroup {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    pub jid: GroupJid,
}

/// The group as WhatsApp has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundGroup, example = json!({"group": Shown::example()}))]
pub struct Found {
    group: Shown,
}

impl Command for GetGroup {
    type Reply = Found;
    const SUMMARY: &'static str = "Shows a group that the account is in, and who else is";
    const OPERATION: Operation =
        Operation::new("group", Envelope::Flat).failing_with("failed to get group");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Found, Failure> {
        let group = session.groups().info(&self.jid).await?.into();
        Ok(Found { group })
    }
}
