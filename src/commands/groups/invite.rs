//! GET /groups/{jid}/invite and POST /groups/{jid}/invite/reset — the link by which people join a group.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, utc};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::groups::{NO_LINKS, NOT_ADMIN, NOT_FOUND};
use crate::failure::Failure;
use crate::jid::GroupJid;

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetGroupInviteLink {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// Which group.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ResetGroupInviteLink {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
}

/// The link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = GroupInviteLink,
    example = json!({
        "group_jid": "120363021234567890@g.us",
        "invite_link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"
    })
)]
pub struct Link {
    group_jid: String,
    invite_link: String,
}

/// The link that is good from now on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = NewGroupInviteLink,
    example = json!({
        "group_jid": "120363021234567890@g.us",
        "invite_link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
        "reset_at": "2026-06-15T12:00:00Z"
    })
)]
pub struct NewLink {
    group_jid: String,
    invite_link: String,
    /// RFC 3339, UTC.
    reset_at: String,
}

impl Command for GetGroupInviteLink {
    type Reply = Link;
    const SUMMARY: &'static str = "Shows the link by which people join a group";
    const OPERATION: Operation =
        Operation::new("group_invite", Envelope::Flat).failing_with("failed to get invite link");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN, NO_LINKS]
    }

    async fn run(self, session: Session) -> Result<Link, Failure> {
        let invite_link = session.groups().invite_link(&self.jid, false).await?;
        Ok(Link {
            group_jid: self.jid.to_string(),
            invite_link,
        })
    }
}

impl Command for ResetGroupInviteLink {
    type Reply = NewLink;
    const SUMMARY: &'static str =
        "Replaces the link by which people join a group: the old one is good for nothing then";
    const OPERATION: Operation = Operation::new("group_invite_reset", Envelope::Flat)
        .failing_with("failed to reset invite link");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN, NO_LINKS]
    }

    async fn run(self, session: Session) -> Result<NewLink, Failure> {
        let invite_link = session.groups().invite_link(&self.jid, true).await?;
        Ok(NewLink {
            group_jid: self.jid.to_string(),
            invite_link,
            reset_at: utc(Utc::now()),
        })
    }
}
