//! Labels, which a business account sticks to its chats.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use wacore::types::events::{Event as LibraryEvent, LabelAssociationUpdate, LabelEditUpdate};

use super::about::AboutChat;
use super::whole_seconds;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of labels.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    match event {
        LibraryEvent::LabelEditUpdate(update) if !update.from_full_sync => {
            Some(Event::of(&LabelEdit::from(update)))
        }
        LibraryEvent::LabelAssociationUpdate(update) if !update.from_full_sync => {
            Some(Event::of(&LabelAssociationChat::from(update)))
        }
        _ => None,
    }
}

/// What is told of labels.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<LabelEdit>(),
        Payload::of::<LabelAssociationChat>(),
    ]
}

/// A label was made, changed or deleted.
#[derive(Serialize, ToSchema)]
pub struct LabelEdit {
    label_id: String,
    name: Option<String>,
    /// WhatsApp's number of the colour.
    color: Option<i32>,
    deleted: bool,
    timestamp: DateTime<Utc>,
}

impl From<&LabelEditUpdate> for LabelEdit {
    fn from(update: &LabelEditUpdate) -> Self {
        let action = &update.action;
        Self {
            label_id: update.label_id.clone(),
            name: action.name.clone(),
            color: action.color,
            deleted: action.deleted.unwrap_or_default(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for LabelEdit {
    const NAME: EventName = EventName::LabelEdit;
}

/// A chat got a label, or lost it.
#[derive(Serialize, ToSchema)]
pub struct LabelAssociationChat {
    #[serde(flatten)]
    about: AboutChat,
    label_id: String,
    labeled: bool,
    timestamp: DateTime<Utc>,
}

impl From<&LabelAssociationUpdate> for LabelAssociationChat {
    fn from(update: &LabelAssociationUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.chat_jid),
            label_id: update.label_id.clone(),
            labeled: update.action.labeled.unwrap_or_default(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for LabelAssociationChat {
    const NAME: EventName = EventName::LabelAssociationChat;
}
