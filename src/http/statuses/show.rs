//! GET /status/{message_id} — how far an own status has come.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::life::jobs::message_meant;
use crate::device::session::status::delete::UNKNOWN;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;
use crate::store::statuses::{KnownStatus, State};

/// Which status.
#[derive(Deserialize, ToSchema)]
pub struct GetPostedStatus {
    /// The message's id, or the `job_id` that came with it.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
}

/// How far a status has come. It is known for a day after its end.
#[derive(Serialize, ToSchema)]
#[schema(
    as = StatusProgress,
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "state": "sending",
        "recipients": 30000,
        "sent_to": 12000,
        "waiting_until": "2026-06-15T14:33:05-03:00",
        "posted_at": "2026-06-15T14:32:05-03:00"
    })
)]
pub struct Progress {
    message_id: String,
    state: Stage,
    /// How many are to get it.
    recipients: usize,
    /// For how many of them WhatsApp has taken it.
    sent_to: usize,
    /// WhatsApp has asked to be left alone: it goes on then.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_until: Option<String>,
    /// Why it has failed, or why some do not get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// When it was asked for.
    posted_at: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StatusState)]
enum Stage {
    /// Not everybody has it yet.
    Sending,
    /// WhatsApp has taken it for everybody.
    Sent,
    /// It goes no further; some may have it.
    Failed,
    /// Those who have it are being told that it is deleted.
    Deleting,
    /// They have been told.
    Deleted,
}

impl Endpoint for GetPostedStatus {
    type Caller = Caller;
    type Reply = Progress;
    const SUMMARY: &'static str = "Shows how far a status of this account has come";
    const OPERATION: Operation = Operation::new("status_progress", Envelope::Object);
    const PARAMS: &'static [Param] = &[Param::path("message_id")];

    fn refusals() -> Vec<Failure> {
        vec![UNKNOWN]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Progress, Failure> {
        let id = message_meant(&self.message_id);
        let found = context.api.store.find_status(&context.caller, id).await;
        let found = found.map_err(|error| {
            Failure::of_store("how far a status is could not be looked up", &error)
        })?;
        found.map(Progress::from).ok_or(UNKNOWN)
    }
}

impl From<KnownStatus> for Progress {
    fn from(known: KnownStatus) -> Self {
        Self {
            message_id: known.id,
            state: match known.state {
                State::Sending => Stage::Sending,
                State::Sent => Stage::Sent,
                State::Failed => Stage::Failed,
                State::Deleting => Stage::Deleting,
                State::Deleted => Stage::Deleted,
            },
            recipients: known.recipients,
            sent_to: known.done.saturating_sub(known.refused),
            waiting_until: known.waiting_until.and_then(time),
            failure: known.failure,
            posted_at: time(known.at).unwrap_or_default(),
        }
    }
}
