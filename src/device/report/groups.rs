//! Groups: what has changed in them, and which ones the account has come to.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wacore::stanza::groups::GroupNotificationAction;
use wacore::types::events::{Event as LibraryEvent, GroupUpdate};

use super::participants::Participant;
use super::whole_seconds;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of groups.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    let LibraryEvent::GroupUpdate(update) = event else {
        return None;
    };
    let change = GroupChange::from(update);
    Some(match update.action {
        GroupNotificationAction::Create { .. } => Event::of(&GroupJoined(change)),
        _ => Event::of(&GroupInfo(change)),
    })
}

/// What is told of groups.
pub fn payloads() -> Vec<Payload> {
    vec![Payload::of::<GroupInfo>(), Payload::of::<GroupJoined>()]
}

/// Something has changed in a group.
#[derive(Serialize, ToSchema)]
pub struct GroupInfo(GroupChange);

impl Told for GroupInfo {
    const NAME: EventName = EventName::GroupInfo;
}

/// A group was made with this account in it.
#[derive(Serialize, ToSchema)]
pub struct GroupJoined(GroupChange);

impl Told for GroupJoined {
    const NAME: EventName = EventName::GroupJoined;
}

/// What has happened in a group, and who has done it.
#[derive(Serialize, ToSchema)]
pub struct GroupChange {
    group: String,
    /// WhatsApp's name of what was done: `add`, `remove`, `promote`, `demote`, `subject`, `locked`, `announcement`, …
    #[schema(example = "add")]
    action: String,
    /// What belongs to the action: it has a `type`, which is the action, and members that depend on it.
    #[schema(value_type = Object)]
    details: Value,
    /// The number of who has done it.
    by_pn: Option<String>,
    /// The LID of who has done it.
    by_lid: Option<String>,
    timestamp: DateTime<Utc>,
}

impl From<&GroupUpdate> for GroupChange {
    fn from(update: &GroupUpdate) -> Self {
        let by = update
            .participant
            .as_ref()
            .map(|by| Participant::new(by, update.participant_pn.as_ref()))
            .unwrap_or_default();
        Self {
            group: update.group_jid.to_string(),
            action: update.action.tag_name().to_owned(),
            details: serde_json::to_value(&update.action).unwrap_or_default(),
            by_pn: by.number_text(),
            by_lid: by.lid_text(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}
