//! What came of the wish that a sender uploads media again.

use serde::Serialize;
use utoipa::ToSchema;

use crate::device::kept::About;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::Told;

/// The sender of a message was asked to upload its media again, because WhatsApp has it no longer.
#[derive(Serialize, ToSchema)]
pub struct MediaRetry {
    message_id: String,
    /// The chat's JID, of a person by number where it is known.
    chat: String,
    status: Retried,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retried {
    /// It can be fetched again.
    Ready,
    /// The sender has it no longer.
    NotFound,
    /// The sender's phone has not answered within half a minute: it may be switched off.
    NoAnswer,
    /// It was refused, or could not be understood.
    Failed,
}

impl MediaRetry {
    /// Of this message.
    pub fn new(message_id: &str, about: &About, status: Retried) -> Self {
        Self {
            message_id: message_id.to_owned(),
            chat: about.chat_jid(),
            status,
        }
    }
}

impl Told for MediaRetry {
    const NAME: EventName = EventName::MediaRetry;
}
