//! Posting to the status broadcast.

pub mod media;
pub mod privacy;
pub mod text;

use chrono::{Local, SecondsFormat};
use serde::Serialize;
use utoipa::ToSchema;

use crate::device::session::Ack;

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
    pub message_id: String,
    /// When WhatsApp accepted it: RFC 3339 with the server's local offset.
    pub timestamp: String,
    pub status_type: &'static str,
}

impl Posted {
    pub fn new(ack: Ack, status_type: &'static str) -> Self {
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
