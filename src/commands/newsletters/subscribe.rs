//! POST and DELETE /newsletters/{jid}/subscribe — the account follows a newsletter, or no longer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::newsletters::{CLOSED, NOT_FOUND};
use crate::failure::Failure;
use crate::jid::Newsletter;

/// Which newsletter to follow.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SubscribeNewsletter {
    /// The newsletter's JID, or the code or link that invites to it.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: Newsletter,
}

/// Which newsletter to follow no longer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UnsubscribeNewsletter {
    /// The newsletter's JID, or the code or link that invites to it.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: Newsletter,
}

/// Whether the account follows it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = NewsletterSubscription,
    example = json!({"jid": "120363021234567890@newsletter", "subscribed": true})
)]
pub struct Subscription {
    /// The newsletter's JID.
    jid: String,
    subscribed: bool,
}

const fn operation(failed: &'static str) -> Operation {
    Operation::new("newsletter", Envelope::Flat).failing_with(failed)
}

/// Its owner cannot leave it, and what WhatsApp has suspended takes nobody in.
const REFUSED: Failure = Failure::documented(
    403,
    "WhatsApp does not let this account do that with the newsletter",
);

impl Command for SubscribeNewsletter {
    type Reply = Subscription;
    const SUMMARY: &'static str = "Follows a newsletter";
    const OPERATION: Operation = operation("failed to subscribe to newsletter");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, CLOSED]
    }

    async fn run(self, session: Session) -> Result<Subscription, Failure> {
        follow(&session, &self.jid, true).await
    }
}

impl Command for UnsubscribeNewsletter {
    type Reply = Subscription;
    const SUMMARY: &'static str = "Follows a newsletter no longer";
    const OPERATION: Operation = operation("failed to unsubscribe from newsletter");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, CLOSED]
    }

    async fn run(self, session: Session) -> Result<Subscription, Failure> {
        follow(&session, &self.jid, false).await
    }
}

/// Follows it from now on, or no longer.
async fn follow(
    session: &Session,
    which: &Newsletter,
    subscribed: bool,
) -> Result<Subscription, Failure> {
    let newsletters = session.newsletters();
    let jid = newsletters.jid(which).await?;
    let done = match subscribed {
        true => newsletters.subscribe(&jid).await,
        false => newsletters.unsubscribe(&jid).await,
    };
    done.map_err(in_words)?;
    Ok(Subscription {
        jid: jid.to_string(),
        subscribed,
    })
}

/// It is not for admins here.
fn in_words(failure: Failure) -> Failure {
    match failure {
        Failure::Documented { status: 403, .. } => REFUSED,
        other => other,
    }
}
