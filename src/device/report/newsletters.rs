//! Newsletters, which people know as channels.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wacore::types::events::{self, Event as LibraryEvent, MexNotification};

use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of newsletters.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    match event {
        LibraryEvent::NewsletterLiveUpdate(update) => {
            Some(Event::of(&NewsletterLiveUpdate::from(update)))
        }
        LibraryEvent::MexNotification(update) => answer(update),
        _ => None,
    }
}

/// Newsletters tell of themselves in answers to questions nobody has asked, by the names of those.
fn answer(update: &MexNotification) -> Option<Event> {
    let answers = update.payload.get("data").unwrap_or(&update.payload);
    let change = |key| answers.get(key).map(NewsletterChange::from);
    if let Some(change) = change("xwa2_notify_newsletter_on_join") {
        return Some(Event::of(&NewsletterJoin(change)));
    }
    if let Some(change) = change("xwa2_notify_newsletter_on_leave") {
        return Some(Event::of(&NewsletterLeave(change)));
    }
    let change = change("xwa2_notify_newsletter_on_mute_change")?;
    Some(Event::of(&NewsletterMuteChange(change)))
}

/// What is told of newsletters.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<NewsletterJoin>(),
        Payload::of::<NewsletterLeave>(),
        Payload::of::<NewsletterLiveUpdate>(),
        Payload::of::<NewsletterMuteChange>(),
    ]
}

/// The account follows a newsletter.
#[derive(Serialize, ToSchema)]
pub struct NewsletterJoin(NewsletterChange);

impl Told for NewsletterJoin {
    const NAME: EventName = EventName::NewsletterJoin;
}

/// The account no longer follows a newsletter.
#[derive(Serialize, ToSchema)]
pub struct NewsletterLeave(NewsletterChange);

impl Told for NewsletterLeave {
    const NAME: EventName = EventName::NewsletterLeave;
}

/// A newsletter was muted, or is no longer.
#[derive(Serialize, ToSchema)]
pub struct NewsletterMuteChange(NewsletterChange);

impl Told for NewsletterMuteChange {
    const NAME: EventName = EventName::NewsletterMuteChange;
}

/// What has become of a newsletter, in WhatsApp's own words.
#[derive(Serialize, ToSchema)]
pub struct NewsletterChange {
    /// The newsletter's JID.
    #[schema(value_type = Option<String>)]
    newsletter: Option<Value>,
    /// All that WhatsApp says of it.
    #[schema(value_type = Object)]
    details: Value,
}

impl From<&Value> for NewsletterChange {
    fn from(details: &Value) -> Self {
        Self {
            newsletter: details.get("id").cloned(),
            details: details.clone(),
        }
    }
}

/// What people think of a newsletter's messages has changed.
#[derive(Serialize, ToSchema)]
pub struct NewsletterLiveUpdate {
    newsletter: String,
    messages: Vec<NewsletterMessage>,
}

/// A message and what people think of it.
#[derive(Serialize, ToSchema)]
pub struct NewsletterMessage {
    /// The message's number in its newsletter.
    server_id: u64,
    reactions: Vec<NewsletterReaction>,
}

/// How many have reacted alike.
#[derive(Serialize, ToSchema)]
pub struct NewsletterReaction {
    /// The emoji.
    code: String,
    count: u64,
}

impl From<&events::NewsletterLiveUpdate> for NewsletterLiveUpdate {
    fn from(update: &events::NewsletterLiveUpdate) -> Self {
        let messages = update.messages.iter().map(|message| NewsletterMessage {
            server_id: message.server_id,
            reactions: message.reactions.iter().map(Into::into).collect(),
        });
        Self {
            newsletter: update.newsletter_jid.to_string(),
            messages: messages.collect(),
        }
    }
}

impl From<&events::NewsletterLiveUpdateReaction> for NewsletterReaction {
    fn from(reaction: &events::NewsletterLiveUpdateReaction) -> Self {
        Self {
            code: reaction.code.clone(),
            count: reaction.count,
        }
    }
}

impl Told for NewsletterLiveUpdate {
    const NAME: EventName = EventName::NewsletterLiveUpdate;
}
