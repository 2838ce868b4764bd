//! Posting to the status broadcast.

pub mod audio;
pub mod media;
pub mod privacy;
pub mod text;

use chrono::{Local, SecondsFormat};
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Ack;
use crate::device::session::media::during_upload;
use crate::failure::Failure;
use crate::media::Kind;

/// Posting one.
const OPERATION: Operation =
    Operation::new("status", Envelope::Object).failing_with("failed to send status broadcast");

/// How the upload of a file for one fails.
fn of_upload() -> Vec<Failure> {
    let timed_out = Failure::TimedOut { message_id: None };
    vec![
        during_upload(Failure::Refused(String::new())),
        during_upload(timed_out),
    ]
}

/// What the caller of a status endpoint gets once WhatsApp has accepted the status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = PostedStatus,
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T14:32:05-03:00",
        "status_type": "text"
    })
)]
pub struct Posted {
    /// WhatsApp knows it by this id.
    pub message_id: String,
    /// When WhatsApp accepted it: RFC 3339 with the server's local offset.
    pub timestamp: String,
    /// What it is.
    pub status_type: StatusType,
}

/// What kind of status it is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusType {
    Text,
    Image,
    Video,
    Audio,
}

impl From<Kind> for StatusType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Image => Self::Image,
            Kind::Video => Self::Video,
        }
    }
}

impl Posted {
    /// `ack`: WhatsApp's word that it has it.
    pub fn new(ack: Ack, status_type: StatusType) -> Self {
        let timestamp = ack
            .at
            .with_timezone(&Local)
            .to_rfc3339_opts(SecondsFormat::Secs, false);
        Self {
            message_id: ack.message_id,
            timestamp,
            status_type,
        }
    }
}
