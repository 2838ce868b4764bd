//! What webhooks are told of what a device hears: the protocol library's events, as types with a documented shape.
//!
//! A file per subject. Each knows the library's events that belong to it, the types that tell of them, and lists those
//! types for the API's document. What is here comes as it happens and is not kept by WhatsApp; inbound messages have a
//! way of their own, see `hook`.

mod about;
mod calls;
mod chats;
mod connection;
mod contacts;
mod groups;
mod labels;
mod messages;
mod newsletters;
mod participants;
mod statuses;

use chrono::{DateTime, SubsecRound, Utc};
use wacore::types::events::{Event as LibraryEvent, MessageBatch};

pub(super) use self::connection::{AccountRestriction, AppStateSyncComplete, OfflineSyncCompleted};
pub use self::messages::MessageMedia;
pub(super) use self::messages::{
    Change, Gist, MediaRetry, MentionSent, MessageFailed, MessageReceived, MessageSent, PollVote,
    REACTION, Retried, changes, context_mut, disappears, gist, kept_kind, mentions, receipt,
    received, unwrapped, unwrapped_mut,
};
pub(super) use self::participants::{Participant, Participants};
pub(super) use self::statuses::StatusViewed;
use super::told;
use crate::ids::DeviceId;
use crate::webhooks::event::Event;
use crate::webhooks::payload::Payload;

/// `None`: no name of the catalog fits, or there is nothing to tell.
/// `begun`: since when what comes with everything that there is counts as news.
pub(super) fn report(event: &LibraryEvent, begun: DateTime<Utc>) -> Option<Event> {
    let subjects = [
        messages::report,
        contacts::report,
        chats::report,
        labels::report,
        groups::report,
        calls::report,
        newsletters::report,
        connection::report,
    ];
    let told = subjects.into_iter().find_map(|report| report(event));
    told.or_else(|| chats::recent(event, begun))
}

/// Messages that do not pass the hook: those of newsletters, and those that the phone had to send again.
pub(super) fn unhooked(device: DeviceId, batch: &MessageBatch) -> Vec<Event> {
    if batch.hook_committed {
        return Vec::new();
    }
    let event = |message: &wacore::types::events::InboundMessage| {
        let people = Participants::of(&message.info.source, Participant::default());
        messages::received(device, message, &people, None)
    };
    batch.iter().filter_map(event).collect()
}

/// All that a device's webhook may be told by this room.
pub fn payloads() -> Vec<Payload> {
    let subjects = [
        messages::payloads(),
        contacts::payloads(),
        chats::payloads(),
        labels::payloads(),
        groups::payloads(),
        calls::payloads(),
        newsletters::payloads(),
        statuses::payloads(),
        connection::payloads(),
    ];
    subjects.into_iter().flatten().collect()
}

/// WhatsApp's own times are whole seconds.
fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    told::time(time).trunc_subsecs(0)
}

#[cfg(test)]
mod tests;
