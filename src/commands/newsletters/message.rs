//! POST /newsletters/{jid}/messages — a text to all who follow a newsletter.

use serde::Deserialize;
use utoipa::ToSchema;

use super::SentPost;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::MessageText;
use crate::device::session::Session;
use crate::device::session::newsletters::posts::Post;
use crate::device::session::newsletters::{NO_ADMIN, NOT_FOUND};
use crate::failure::Failure;
use crate::jid::NewsletterJid;

/// What to post, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"text": "We are open on Sunday"}))]
pub struct SendNewsletterMessage {
    /// The newsletter's JID.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: NewsletterJid,
    /// 1 to 4096 characters.
    text: MessageText,
}

impl Command for SendNewsletterMessage {
    type Reply = SentPost;
    const SUMMARY: &'static str = "Posts a text in a newsletter that the account leads";
    const OPERATION: Operation = Operation::new("newsletter", Envelope::Flat)
        .failing_with("failed to send newsletter message");
    const PARAMS: &'static [Param] = &[Param::path("jid")];
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NO_ADMIN]
    }

    async fn run(self, session: Session) -> Result<SentPost, Failure> {
        let newsletters = session.newsletters();
        let place = newsletters.stand(&self.jid)?;
        newsletters.led(&self.jid).await?;
        let post = Post::text(self.text.into());
        let posted = newsletters.post(&self.jid, place, post).await?;
        Ok(SentPost::new(posted, self.jid.to_string(), "text"))
    }
}
