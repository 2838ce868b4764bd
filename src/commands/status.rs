//! Posting to the status broadcast.

pub mod media;
pub mod privacy;
pub mod text;

use chrono::{Local, SecondsFormat};
use serde::Serialize;

use crate::device::session::Ack;

/// What the caller of a status endpoint gets once WhatsApp has accepted the status.
#[derive(Debug, Serialize)]
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
