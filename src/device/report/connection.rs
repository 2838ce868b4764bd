//! How a device catches up with its account. What becomes of its connection is told by the supervision.

use serde::Serialize;
use utoipa::ToSchema;
use wacore::types::events::{self, Event as LibraryEvent};

use crate::device::restriction::Restriction;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of it.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    match event {
        LibraryEvent::PairError(error) => Some(Event::of(&PairError {
            error: error.error.clone(),
            platform: error.platform.clone(),
        })),
        LibraryEvent::OfflineSyncPreview(preview) => {
            Some(Event::of(&OfflineSyncPreview::from(preview)))
        }
        LibraryEvent::OfflineSyncCompleted(done) => {
            Some(Event::of(&OfflineSyncCompleted { count: done.count }))
        }
        _ => None,
    }
}

/// What is told of it.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<PairError>(),
        Payload::of::<OfflineSyncPreview>(),
        Payload::of::<OfflineSyncCompleted>(),
        Payload::of::<AppStateSyncComplete>(),
        Payload::of::<AccountRestriction>(),
    ]
}

/// What WhatsApp does not let the account do has changed.
#[derive(Serialize, ToSchema)]
pub struct AccountRestriction {
    /// What holds from now on; `null`: it may do everything again.
    restriction: Option<Restriction>,
}

impl From<Restriction> for AccountRestriction {
    fn from(restriction: Restriction) -> Self {
        Self {
            restriction: (!restriction.is_none()).then_some(restriction),
        }
    }
}

impl Told for AccountRestriction {
    const NAME: EventName = EventName::AccountRestriction;
}

/// The phone agreed to a pairing that did not work all the same.
#[derive(Serialize, ToSchema)]
pub struct PairError {
    /// What was wrong.
    error: String,
    /// What kind of phone it is.
    platform: String,
}

impl Told for PairError {
    const NAME: EventName = EventName::PairError;
}

/// How much has come while the device was not connected; `total` need not be the sum of the others.
#[derive(Serialize, ToSchema)]
pub struct OfflineSyncPreview {
    total: i32,
    app_data_changes: i32,
    messages: i32,
    notifications: i32,
    receipts: i32,
    calls: i32,
    statuses: i32,
}

impl From<&events::OfflineSyncPreview> for OfflineSyncPreview {
    fn from(preview: &events::OfflineSyncPreview) -> Self {
        Self {
            total: preview.total,
            app_data_changes: preview.app_data_changes,
            messages: preview.messages,
            notifications: preview.notifications,
            receipts: preview.receipts,
            calls: preview.calls,
            statuses: preview.statuses,
        }
    }
}

impl Told for OfflineSyncPreview {
    const NAME: EventName = EventName::OfflineSyncPreview;
}

/// All that had come meanwhile is there.
#[derive(Serialize, ToSchema)]
pub struct OfflineSyncCompleted {
    pub(in crate::device) count: i32,
}

impl Told for OfflineSyncCompleted {
    const NAME: EventName = EventName::OfflineSyncCompleted;
}

/// The device knows the account's contacts, chats and settings.
#[derive(Serialize, ToSchema)]
pub struct AppStateSyncComplete {}

impl Told for AppStateSyncComplete {
    const NAME: EventName = EventName::AppStateSyncComplete;
}
