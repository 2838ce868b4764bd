//! GET /newsletters/{jid}/invite — what invites to a newsletter.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::newsletters::{CLOSED, NOT_FOUND};
use crate::failure::Failure;
use crate::jid::Newsletter;

/// Which newsletter.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GetNewsletterInvite {
    /// The newsletter's JID, or the code or link that invites to it.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: Newsletter,
}

/// Whoever has it can follow the newsletter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = NewsletterInvite,
    example = json!({
        "jid": "120363021234567890@newsletter",
        "invite_code": "0029Va4K0PZ5a245NkngBA2M",
        "invite_link": "https://whatsapp.com/channel/0029Va4K0PZ5a245NkngBA2M"
    })
)]
pub struct Invite {
    /// The newsletter's JID.
    jid: String,
    invite_code: String,
    invite_link: String,
}

impl Command for GetNewsletterInvite {
    type Reply = Invite;
    const SUMMARY: &'static str = "Shows the code and the link that invite to a newsletter";
    const OPERATION: Operation = Operation::new("newsletter", Envelope::Flat)
        .failing_with("failed to get newsletter invite");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, CLOSED]
    }

    async fn run(self, session: Session) -> Result<Invite, Failure> {
        let found = session.newsletters().find(&self.jid).await?;
        let code = found
            .invite
            .ok_or_else(|| Failure::Refused("no invite".into()))?;
        Ok(Invite {
            jid: found.jid,
            invite_link: format!("https://whatsapp.com/channel/{code}"),
            invite_code: code,
        })
    }
}
