//! GET /communities/{jid} — a community that the account is in, with its groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Community;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::communities::NOT_FOUND;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// Which community.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetCommunity {
    /// The community's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// The community as WhatsApp has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundCommunity, example = json!({"community": Community::example()}))]
pub struct Found {
    community: Community,
}

impl Command for GetCommunity {
    type Reply = Found;
    const SUMMARY: &'static str = "Shows a community that the account is in, and its groups";
    const OPERATION: Operation =
        Operation::new("community", Envelope::Flat).failing_with("failed to get community");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn run(self, session: Session) -> Result<Found, Failure> {
        let communities = session.communities();
        let group = communities.info(&self.jid).await?;
        let groups = communities.groups(&self.jid).await?;
        Ok(Found {
            community: Community::new(group, groups),
        })
    }
}
