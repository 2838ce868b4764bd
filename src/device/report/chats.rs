//! Chats: who types in them, and what the account's other devices have done with them.
//!
//! What a device fetches when it is paired is no news.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use wacore::types::events::{
    ArchiveUpdate, ChatPresenceUpdate, ClearChatUpdate, DeleteChatUpdate, Event as LibraryEvent,
    MarkChatAsReadUpdate, MuteUpdate, PinUpdate, UserStatusMuteUpdate,
};
use wacore::types::presence;

use super::about::AboutChat;
use super::participants::Participant;
use super::whole_seconds;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of chats.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    Some(match event {
        LibraryEvent::ChatPresence(update) => Event::of(&ChatPresence::from(update)),
        LibraryEvent::PinUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatPin::from(update))
        }
        LibraryEvent::MuteUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatMute::from(update))
        }
        LibraryEvent::ArchiveUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatArchive::from(update))
        }
        LibraryEvent::MarkChatAsReadUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatMarkAsRead::from(update))
        }
        LibraryEvent::DeleteChatUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatDelete::from(update))
        }
        LibraryEvent::ClearChatUpdate(update) if !update.from_full_sync => {
            Event::of(&ChatClear::from(update))
        }
        LibraryEvent::UserStatusMuteUpdate(update) if !update.from_full_sync => {
            Event::of(&UserStatusMute::from(update))
        }
        _ => return None,
    })
}

/// The same of what came with a whole collection and has happened since `begun`: a device that has changed the first chat
/// fetches the collection as a whole.
pub fn recent(event: &LibraryEvent, begun: DateTime<Utc>) -> Option<Event> {
    match event {
        LibraryEvent::PinUpdate(update) if update.timestamp >= begun => {
            Some(Event::of(&ChatPin::from(update)))
        }
        LibraryEvent::MuteUpdate(update) if update.timestamp >= begun => {
            Some(Event::of(&ChatMute::from(update)))
        }
        LibraryEvent::ArchiveUpdate(update) if update.timestamp >= begun => {
            Some(Event::of(&ChatArchive::from(update)))
        }
        LibraryEvent::MarkChatAsReadUpdate(update) if update.timestamp >= begun => {
            Some(Event::of(&ChatMarkAsRead::from(update)))
        }
        _ => None,
    }
}

/// What is told of chats.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<ChatPresence>(),
        Payload::of::<ChatPin>(),
        Payload::of::<ChatMute>(),
        Payload::of::<ChatArchive>(),
        Payload::of::<ChatMarkAsRead>(),
        Payload::of::<ChatDelete>(),
        Payload::of::<ChatClear>(),
        Payload::of::<UserStatusMute>(),
    ]
}

/// Somebody types or records, or has stopped.
#[derive(Serialize, ToSchema)]
pub struct ChatPresence {
    #[serde(flatten)]
    about: AboutChat,
    state: Typing,
    #[schema(schema_with = typed_media)]
    media: TypedMedia,
    /// The number of who it is.
    sender_pn: Option<String>,
    /// The LID of who it is.
    sender_lid: Option<String>,
}

/// Whether somebody is at it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Typing {
    /// Right now.
    Composing,
    /// No more.
    Paused,
}

/// `audio` for a voice message, and nothing for a text.
fn typed_media() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.enum_values(Some(["", "audio"])).build()
}

/// What somebody is at.
#[derive(Serialize)]
pub enum TypedMedia {
    /// A text.
    #[serde(rename = "")]
    Text,
    /// A voice message.
    #[serde(rename = "audio")]
    Audio,
}

impl From<&ChatPresenceUpdate> for ChatPresence {
    fn from(update: &ChatPresenceUpdate) -> Self {
        let source = &update.source;
        let sender = Participant::new(&source.sender, source.sender_alt.as_ref());
        Self {
            about: AboutChat::from(&source.chat),
            state: match update.state {
                presence::ChatPresence::Composing => Typing::Composing,
                presence::ChatPresence::Paused => Typing::Paused,
            },
            media: match update.media {
                presence::ChatPresenceMedia::Text => TypedMedia::Text,
                presence::ChatPresenceMedia::Audio => TypedMedia::Audio,
            },
            sender_pn: sender.number_text(),
            sender_lid: sender.lid_text(),
        }
    }
}

impl Told for ChatPresence {
    const NAME: EventName = EventName::ChatPresence;
}

/// A chat was pinned, or is no longer.
#[derive(Serialize, ToSchema)]
pub struct ChatPin {
    #[serde(flatten)]
    about: AboutChat,
    pinned: bool,
    timestamp: DateTime<Utc>,
}

impl From<&PinUpdate> for ChatPin {
    fn from(update: &PinUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            pinned: update.action.pinned.unwrap_or_default(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatPin {
    const NAME: EventName = EventName::ChatPin;
}

/// A chat was muted, or is no longer.
#[derive(Serialize, ToSchema)]
pub struct ChatMute {
    #[serde(flatten)]
    about: AboutChat,
    muted: bool,
    /// Unix milliseconds; `-1`, or none: until somebody unmutes it.
    muted_until: Option<i64>,
    timestamp: DateTime<Utc>,
}

impl From<&MuteUpdate> for ChatMute {
    fn from(update: &MuteUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            muted: update.action.muted.unwrap_or_default(),
            muted_until: update.action.mute_end_timestamp,
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatMute {
    const NAME: EventName = EventName::ChatMute;
}

/// A chat was archived, or is no longer.
#[derive(Serialize, ToSchema)]
pub struct ChatArchive {
    #[serde(flatten)]
    about: AboutChat,
    archived: bool,
    timestamp: DateTime<Utc>,
}

impl From<&ArchiveUpdate> for ChatArchive {
    fn from(update: &ArchiveUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            archived: update.action.archived.unwrap_or_default(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatArchive {
    const NAME: EventName = EventName::ChatArchive;
}

/// A chat was marked as read, or as unread.
#[derive(Serialize, ToSchema)]
pub struct ChatMarkAsRead {
    #[serde(flatten)]
    about: AboutChat,
    read: bool,
    timestamp: DateTime<Utc>,
}

impl From<&MarkChatAsReadUpdate> for ChatMarkAsRead {
    fn from(update: &MarkChatAsReadUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            read: update.action.read.unwrap_or_default(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatMarkAsRead {
    const NAME: EventName = EventName::ChatMarkAsRead;
}

/// A chat was deleted.
#[derive(Serialize, ToSchema)]
pub struct ChatDelete {
    #[serde(flatten)]
    about: AboutChat,
    /// The files that came with it too.
    delete_media: bool,
    timestamp: DateTime<Utc>,
}

impl From<&DeleteChatUpdate> for ChatDelete {
    fn from(update: &DeleteChatUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            delete_media: update.delete_media,
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatDelete {
    const NAME: EventName = EventName::ChatDelete;
}

/// A chat's messages were deleted; the chat is still there.
#[derive(Serialize, ToSchema)]
pub struct ChatClear {
    #[serde(flatten)]
    about: AboutChat,
    /// The files that came with them too.
    delete_media: bool,
    /// Those that have a star too.
    delete_starred: bool,
    timestamp: DateTime<Utc>,
}

impl From<&ClearChatUpdate> for ChatClear {
    fn from(update: &ClearChatUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            delete_media: update.delete_media,
            delete_starred: update.delete_starred,
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ChatClear {
    const NAME: EventName = EventName::ChatClear;
}

/// Somebody's statuses were hidden, or are no longer.
#[derive(Serialize, ToSchema)]
pub struct UserStatusMute {
    #[serde(flatten)]
    about: AboutChat,
    muted: bool,
    timestamp: DateTime<Utc>,
}

impl From<&UserStatusMuteUpdate> for UserStatusMute {
    fn from(update: &UserStatusMuteUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.jid),
            muted: update.muted,
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for UserStatusMute {
    const NAME: EventName = EventName::UserStatusMute;
}
