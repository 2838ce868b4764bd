//! GET /messages/{id}/media — the file of a message; which device has it, `http/messages/media.rs` finds out.

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::NOT_FOUND;
use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Content, Form, Recipient, Reply};
use crate::device::kept::Kept;
use crate::device::session::Session;
use crate::device::session::kept_media::{Fetched, GONE, NO_MEDIA, TOO_LARGE};
use crate::failure::Failure;

const BYTES: &str = "application/octet-stream";

/// Fetches the file of this message.
pub struct FetchMedia(pub Kept);

/// The file, or that its sender was asked for it.
pub enum FetchedMedia {
    File(Bytes),
    AskedAgain,
}

/// WhatsApp has the file no longer. Its sender was asked to upload it again, and `media.retry` says what comes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"success": false, "status": "retry_requested"}))]
pub struct RetryRequested {
    /// Always `false`.
    success: bool,
    status: RetryStatus,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RetryStatus {
    RetryRequested,
}

impl Reply for FetchedMedia {
    fn forms() -> Vec<Form> {
        let file = Form {
            status: 200,
            content: Content::Bytes(BYTES),
        };
        vec![file, Form::plain::<RetryRequested>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        match self {
            Self::File(bytes) => to.bytes(BYTES, bytes),
            Self::AskedAgain => to.plain(
                202,
                &RetryRequested {
                    success: false,
                    status: RetryStatus::RetryRequested,
                },
            ),
        }
    }
}

impl Command for FetchMedia {
    type Reply = FetchedMedia;
    const SUMMARY: &'static str = "Fetches the file of a message";
    const OPERATION: Operation =
        Operation::new("download", Envelope::Flat).failing_with("failed to download media");
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NO_MEDIA, GONE, TOO_LARGE]
    }

    async fn run(self, session: Session) -> Result<FetchedMedia, Failure> {
        Ok(match session.fetch_media(&self.0).await? {
            Fetched::File(bytes) => FetchedMedia::File(bytes),
            Fetched::AskedAgain => FetchedMedia::AskedAgain,
        })
    }
}
