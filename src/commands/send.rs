//! Sending to people and groups. What the endpoints of both families have in common: those that say `number`, and those
//! that say `to`.

pub mod audio;
pub mod buttons;
pub mod buttons_response;
pub mod catalog;
pub mod contact;
pub mod contacts;
pub mod document;
pub mod image;
pub mod interactive;
pub mod job;
pub mod list_response;
pub mod live_location;
pub mod location;
mod media;
pub mod picture;
pub mod poll;
pub mod product;
mod question;
pub mod reaction;
pub mod sticker;
pub mod template;
pub mod text;
pub mod text_mentions;
pub mod video;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::named::NamedChat;
use crate::commands::utc;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::text::NonBlank;
use crate::device::known_as::Named;
use crate::device::session::messages::Pace;
use crate::device::session::messages::context::Quote;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::{Ack, Session};
use crate::failure::{Failure, Invalid};
use crate::ids::{DeviceId, UserId};
use crate::jid::{Chat, Person};

/// The endpoints that say `number`.
const fn by_number(name: &'static str, failed: &'static str) -> Operation {
    Operation::new(name, Envelope::Flat).failing_with(failed)
}

/// The endpoints that say `to`.
const fn by_to(name: &'static str, failed: &'static str) -> Operation {
    Operation::new(name, Envelope::Bare).failing_with(failed)
}

/// A message that WhatsApp has accepted: what the endpoints that say `to` answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentTo {
    /// WhatsApp knows it by this id.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
    /// When WhatsApp accepted it.
    #[schema(example = "2026-06-15T17:32:05Z")]
    timestamp: String,
    /// For people.
    message: &'static str,
}

impl SentTo {
    /// `message`: what has been done, for people.
    pub(in crate::commands) fn new(ack: Ack, message: &'static str) -> Self {
        Self {
            message_id: ack.message_id,
            timestamp: utc(ack.at),
            message,
        }
    }
}

/// Sends it at once.
async fn send(
    session: &Session,
    field: &'static str,
    to: &Chat,
    message: Outgoing,
) -> Result<Ack, Failure> {
    let chat = session.messages().open(field, to).await?;
    chat.send(message).await
}

/// A message that WhatsApp has accepted: what the endpoints that say `number` answer first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// WhatsApp knows it by this id.
    #[schema(example = "3EB0C431D17A2B6E9F0C")]
    message_id: String,
    /// When WhatsApp accepted it.
    #[schema(example = "2026-06-15T17:32:05Z")]
    timestamp: String,
    status: Accepted,
    #[serde(flatten)]
    chat: NamedChat,
}

/// How far a message has come when the answer is given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Accepted {
    Sent,
}

/// What went on while it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Effort {
    device_id: DeviceId,
    user_id: UserId,
    /// From the moment at which the device took it on.
    processing_time_ms: u64,
    #[schema(example = "2026-06-15T17:32:05Z")]
    sent_at: String,
}

/// Measures what it takes to send.
pub struct Stopwatch {
    device_id: DeviceId,
    user_id: UserId,
    begun: Instant,
}

impl Stopwatch {
    /// Begins now.
    pub fn start(session: &Session) -> Self {
        Self {
            device_id: session.device(),
            user_id: session.caller(),
            begun: Instant::now(),
        }
    }

    /// WhatsApp has accepted it.
    pub fn stop(self, ack: Ack, chat: Named) -> (Sent, Effort) {
        let timestamp = utc(ack.at);
        let effort = Effort {
            device_id: self.device_id,
            user_id: self.user_id,
            processing_time_ms: millis(self.begun.elapsed()),
            sent_at: timestamp.clone(),
        };
        let sent = Sent {
            message_id: ack.message_id,
            timestamp,
            status: Accepted::Sent,
            chat: chat.into(),
        };
        (sent, effort)
    }
}

/// Whole milliseconds.
fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// The message that is answered, as the contract has it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    as = QuotedMessage,
    example = json!({"key": {"id": "3EB0C431D17A2B6E9F0C", "fromMe": false}, "message": {"conversation": "Is my order ready?"}})
)]
pub struct Quoted {
    key: QuotedKey,
    message: Option<QuotedContent>,
}

/// Which message that is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct QuotedKey {
    /// Its id.
    #[schema(value_type = String, min_length = 1)]
    id: NonBlank,
    /// It is this account's own; absent: it is not.
    #[serde(rename = "fromMe")]
    from_me: Option<bool>,
    /// Who wrote it: needed for somebody else's in a group.
    participant: Option<Person>,
}

/// What the answer shows of it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct QuotedContent {
    conversation: Option<String>,
}

impl Quoted {
    /// Bytes of its text.
    fn bytes(&self) -> usize {
        let content = self.message.as_ref();
        let text = content.and_then(|content| content.conversation.as_ref());
        text.map_or(0, String::len)
    }
}

impl From<Quoted> for Quote {
    fn from(quoted: Quoted) -> Self {
        Self {
            id: quoted.key.id.into(),
            from_me: quoted.key.from_me.unwrap_or(false),
            author: quoted.key.participant,
            text: quoted
                .message
                .and_then(|message| message.conversation)
                .unwrap_or_default(),
        }
    }
}

/// How it is announced: nothing for `delay`, then `typing`.
fn pace(delay: Option<Seconds>, typing: Option<Seconds>) -> Pace {
    Pace {
        delay: delay.unwrap_or_default().into(),
        typing: typing.unwrap_or_default().into(),
        recording: false,
    }
}

/// A field without which nothing can be sent.
fn required<T>(field: &str, value: Option<T>) -> Result<T, Invalid> {
    let name = field.rsplit('.').next().unwrap_or(field);
    value.ok_or_else(|| Invalid::field(field, format!("{name} is required")))
}

/// Refuses a text that has become too long: a group may call people by longer names than the request.
fn still_fits(field: &str, text: &str, longest: usize) -> Result<(), Invalid> {
    match text.chars().count() > longest {
        true => {
            let names = "once it has the names that the chat has for who is mentioned";
            let problem = format!("{field} is longer than {longest} characters {names}");
            Err(Invalid::field(field, problem))
        }
        false => Ok(()),
    }
}

/// Refuses ids of which two are the same: nobody could tell which one an answer means.
fn distinct<'a>(field: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), Invalid> {
    let mut known = HashSet::new();
    for id in ids {
        if !known.insert(id) {
            let problem = format!("{field} must have ids that differ, and {id:?} is there twice");
            return Err(Invalid::field(field, problem));
        }
    }
    Ok(())
}

pub use crate::contract::seconds::Seconds;
