//! What becomes of own statuses.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::device::life::viewers::Viewing;
use crate::device::told;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::Told;
use crate::webhooks::payload::Payload;

/// What is told of them.
pub fn payloads() -> Vec<Payload> {
    vec![Payload::of::<StatusViewed>()]
}

/// Somebody has seen a status of this account; told once.
#[derive(Serialize, ToSchema)]
pub struct StatusViewed {
    message_id: String,
    /// The number of who it is.
    viewer_pn: Option<String>,
    /// The LID of who it is.
    viewer_lid: Option<String>,
    viewed_at: DateTime<Utc>,
}

impl StatusViewed {
    /// By this sign.
    pub fn new(viewing: &Viewing) -> Self {
        Self {
            message_id: viewing.id.clone(),
            viewer_pn: viewing.who.phone_jid(),
            viewer_lid: viewing.who.lid_jid(),
            viewed_at: u64::try_from(viewing.at).map_or(DateTime::UNIX_EPOCH, told::seconds),
        }
    }
}

impl Told for StatusViewed {
    const NAME: EventName = EventName::StatusViewed;
}
