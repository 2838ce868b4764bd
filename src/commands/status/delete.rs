//! DELETE /status/{message_id} — takes a status back from whoever has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::reply::{Form, Recipient, Reply};
use crate::device::life::jobs::message_meant;
use crate::device::session::Session;
use crate::device::session::status::delete::{Deletion, UNKNOWN};
use crate::failure::Failure;

/// Which status.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DeleteStatus {
    /// The message's id, or the `job_id` that came with it.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
}

/// A status that is deleted: 200 once WhatsApp has taken that for everybody who may have it, 202 while it goes on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = StatusDeletion,
    example = json!({"message_id": "3EB0C431D17A2B6E9F0C", "state": "deleted"})
)]
pub struct Deleted {
    message_id: String,
    state: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StatusDeletionState)]
enum Stage {
    Deleted,
    /// Those who have it are being told: ask `GET /status/{message_id}`.
    Deleting,
}

/// It is deleted, or that goes on.
pub struct DeletedOrUnderWay(Deleted);

impl Reply for DeletedOrUnderWay {
    fn forms() -> Vec<Form> {
        vec![Form::json::<Deleted>(200), Form::json::<Deleted>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        let status = match self.0.state {
            Stage::Deleted => 200,
            Stage::Deleting => 202,
        };
        to.json(status, &self.0)
    }
}

impl DeleteStatus {
    fn id(&self) -> &str {
        message_meant(&self.message_id)
    }

    fn deleted(&self, state: Stage) -> DeletedOrUnderWay {
        DeletedOrUnderWay(Deleted {
            message_id: self.id().to_owned(),
            state,
        })
    }
}

impl Command for DeleteStatus {
    type Reply = DeletedOrUnderWay;
    const SUMMARY: &'static str = "Deletes a status for everybody who has it";
    const OPERATION: Operation =
        Operation::new("status_delete", Envelope::Object).failing_with("failed to delete status");
    const PARAMS: &'static [Param] = &[Param::path("message_id")];

    fn refusals() -> Vec<Failure> {
        vec![UNKNOWN]
    }

    fn going_on(&self, _message_id: &str) -> Option<DeletedOrUnderWay> {
        Some(self.deleted(Stage::Deleting))
    }

    async fn run(self, session: Session) -> Result<DeletedOrUnderWay, Failure> {
        let deletion = session.status().delete(self.id()).await?;
        Ok(self.deleted(match deletion {
            Deletion::Done => Stage::Deleted,
            Deletion::UnderWay => Stage::Deleting,
        }))
    }
}
