//! POST /newsletters/{jid}/mute — a newsletter's posts are announced no longer, or again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::newsletters::NOT_FOUND;
use crate::failure::Failure;
use crate::jid::NewsletterJid;

/// Which newsletter, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"muted": true}))]
pub struct MuteNewsletter {
    /// The newsletter's JID.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: NewsletterJid,
    /// Left out: it is muted.
    muted: Option<bool>,
}

/// Whether the newsletter is muted now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = MutedNewsletter,
    example = json!({"jid": "120363021234567890@newsletter", "muted": true})
)]
pub struct Muted {
    /// The newsletter's JID.
    jid: String,
    muted: bool,
}

/// Nobody is told of the posts of what they do not follow.
const NO_FOLLOWER: Failure = Failure::documented(403, "the account does not follow the newsletter");

impl Command for MuteNewsletter {
    type Reply = Muted;
    const SUMMARY: &'static str = "Mutes a newsletter that the account follows, or unmutes it";
    const OPERATION: Operation =
        Operation::new("newsletter", Envelope::Flat).failing_with("failed to mute newsletter");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NO_FOLLOWER]
    }

    async fn run(self, session: Session) -> Result<Muted, Failure> {
        let muted = self.muted.unwrap_or(true);
        let changed = session.newsletters().mute(&self.jid, muted).await;
        changed.map_err(|failure| match failure {
            Failure::Documented { status: 403, .. } => NO_FOLLOWER,
            other => other,
        })?;
        Ok(Muted {
            jid: self.jid.to_string(),
            muted,
        })
    }
}
