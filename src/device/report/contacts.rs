//! People: whether they are there, how they call themselves, and how the address book calls them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use wacore::types::events::{
    ContactNumberChanged, ContactUpdate, ContactUpdated, Event as LibraryEvent, PictureUpdate,
    PresenceUpdate, PushNameUpdate, UserAboutUpdate,
};
use wacore_binary::Jid;

use super::about::AboutContact;
use super::participants::Participant;
use super::whole_seconds;
use crate::device::life::contact::Contact;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of people.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    Some(match event {
        LibraryEvent::Presence(update) => Event::of(&ContactPresence::from(update)),
        LibraryEvent::ContactUpdated(update) => Event::of(&ContactChanged::profile(update)),
        LibraryEvent::ContactNumberChanged(update) => Event::of(&ContactChanged::number(update)),
        // What a device fetches when it is paired is no news.
        LibraryEvent::ContactUpdate(update) if !update.from_full_sync => {
            Event::of(&ContactChanged::address_book(update))
        }
        LibraryEvent::PushNameUpdate(update) => Event::of(&ContactPushname::from(update)),
        LibraryEvent::UserAboutUpdate(update) => Event::of(&ContactAbout::from(update)),
        LibraryEvent::PictureUpdate(update) => Event::of(&ContactPicture::from(update)),
        LibraryEvent::IdentityChange(change) => Event::of(&IdentityChange::from(change)),
        _ => return None,
    })
}

/// What is told of people.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<ContactPresence>(),
        Payload::of::<ContactChanged>(),
        Payload::of::<ContactPushname>(),
        Payload::of::<ContactAbout>(),
        Payload::of::<ContactPicture>(),
        Payload::of::<IdentityChange>(),
    ]
}

/// Somebody has WhatsApp open, or no longer.
#[derive(Serialize, ToSchema)]
pub struct ContactPresence {
    #[serde(flatten)]
    about: AboutContact,
    state: Presence,
    /// `null` where the person shows it to nobody, or is there.
    last_seen: Option<DateTime<Utc>>,
}

/// Whether somebody is there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// WhatsApp is open.
    Available,
    /// It is not.
    Unavailable,
}

impl From<&PresenceUpdate> for ContactPresence {
    fn from(update: &PresenceUpdate) -> Self {
        Self {
            about: AboutContact::from(&update.from),
            state: match update.unavailable {
                true => Presence::Unavailable,
                false => Presence::Available,
            },
            last_seen: update.last_seen.map(whole_seconds),
        }
    }
}

impl Told for ContactPresence {
    const NAME: EventName = EventName::ContactPresence;
}

/// Something about a person is not what it was; `change` says what.
#[derive(Serialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ContactChanged {
    /// Something in the profile; what, WhatsApp does not say.
    Profile(ChangedProfile),
    /// The phone number.
    Number(ChangedNumber),
    /// The entry in the phone's address book.
    AddressBook(ChangedEntry),
}

/// Whose profile has changed.
#[derive(Serialize, ToSchema)]
pub struct ChangedProfile {
    #[serde(flatten)]
    about: AboutContact,
    timestamp: DateTime<Utc>,
}

/// From which number to which.
#[derive(Serialize, ToSchema)]
pub struct ChangedNumber {
    /// By the old number.
    #[serde(flatten)]
    about: AboutContact,
    new_pn: String,
    new_lid: Option<String>,
    old_lid: Option<String>,
    timestamp: DateTime<Utc>,
}

/// What the address book says now.
#[derive(Serialize, ToSchema)]
pub struct ChangedEntry {
    #[serde(flatten)]
    about: AboutContact,
    timestamp: DateTime<Utc>,
    full_name: Option<String>,
    first_name: Option<String>,
}

impl ContactChanged {
    fn profile(update: &ContactUpdated) -> Self {
        Self::Profile(ChangedProfile {
            about: AboutContact::from(&update.jid),
            timestamp: whole_seconds(update.timestamp),
        })
    }

    fn number(update: &ContactNumberChanged) -> Self {
        Self::Number(ChangedNumber {
            about: AboutContact::from(&update.old_jid),
            new_pn: update.new_jid.to_string(),
            new_lid: update.new_lid.as_ref().map(Jid::to_string),
            old_lid: update.old_lid.as_ref().map(Jid::to_string),
            timestamp: whole_seconds(update.timestamp),
        })
    }

    fn address_book(update: &ContactUpdate) -> Self {
        let contact = Contact::new(&update.jid, &update.action);
        let person = Participant {
            number: contact.phone.map(Jid::pn),
            lid: contact.lid.map(Jid::lid),
        };
        Self::AddressBook(ChangedEntry {
            about: AboutContact::known(update.jid.to_non_ad_string(), Some(&person)),
            timestamp: whole_seconds(update.timestamp),
            full_name: contact.full_name,
            first_name: contact.first_name,
        })
    }
}

impl Told for ContactChanged {
    const NAME: EventName = EventName::ContactChanged;
}

/// Somebody calls itself by another name.
#[derive(Serialize, ToSchema)]
pub struct ContactPushname {
    #[serde(flatten)]
    about: AboutContact,
    old_push_name: String,
    push_name: String,
}

impl From<&PushNameUpdate> for ContactPushname {
    fn from(update: &PushNameUpdate) -> Self {
        Self {
            about: AboutContact::from(&update.jid),
            old_push_name: update.old_push_name.clone(),
            push_name: update.new_push_name.clone(),
        }
    }
}

impl Told for ContactPushname {
    const NAME: EventName = EventName::ContactPushname;
}

/// Somebody's about text is another one.
#[derive(Serialize, ToSchema)]
pub struct ContactAbout {
    #[serde(flatten)]
    contact: AboutContact,
    about: String,
    timestamp: DateTime<Utc>,
}

impl From<&UserAboutUpdate> for ContactAbout {
    fn from(update: &UserAboutUpdate) -> Self {
        Self {
            contact: AboutContact::from(&update.jid),
            about: update.status.clone(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ContactAbout {
    const NAME: EventName = EventName::ContactAbout;
}

/// Somebody, or a group, has another picture or none.
#[derive(Serialize, ToSchema)]
pub struct ContactPicture {
    #[serde(flatten)]
    about: AboutContact,
    /// WhatsApp's id of the new picture.
    picture_id: Option<String>,
    removed: bool,
    /// Who changed a group's.
    author: Option<String>,
    /// The number of who did, `null` where it is not known.
    author_pn: Option<String>,
    /// The LID of who did, `null` where it is not known.
    author_lid: Option<String>,
    timestamp: DateTime<Utc>,
}

impl From<&PictureUpdate> for ContactPicture {
    fn from(update: &PictureUpdate) -> Self {
        let author = update.author.as_ref().and_then(Participant::of);
        let author = author.unwrap_or_default();
        Self {
            about: AboutContact::from(&update.jid),
            picture_id: update.picture_id.clone(),
            removed: update.removed,
            author: update.author.as_ref().map(Jid::to_string),
            author_pn: author.number_text(),
            author_lid: author.lid_text(),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for ContactPicture {
    const NAME: EventName = EventName::ContactPicture;
}

/// Somebody has other keys: WhatsApp was installed anew, or the phone is another one.
#[derive(Serialize, ToSchema)]
pub struct IdentityChange {
    #[serde(flatten)]
    about: AboutContact,
    /// Noticed by a message under the new keys, and not told by WhatsApp.
    implicit: bool,
}

impl From<&wacore::types::events::IdentityChange> for IdentityChange {
    fn from(change: &wacore::types::events::IdentityChange) -> Self {
        let person = Participant::new(&change.user, change.lid_user.as_ref());
        Self {
            about: AboutContact::known(change.user.to_non_ad_string(), Some(&person)),
            implicit: change.implicit,
        }
    }
}

impl Told for IdentityChange {
    const NAME: EventName = EventName::IdentityChange;
}
