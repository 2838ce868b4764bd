//! What became of messages that commands send.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use wacore::types::events;
use wacore_binary::Jid;

use super::kept::Mentions;
use crate::device::life::jobs::job_id;
use crate::device::report::about::{AboutRecipient, Person};
use crate::device::report::whole_seconds;
use crate::ids::DeviceId;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};

/// WhatsApp has accepted what a command sent.
#[derive(Serialize, ToSchema)]
pub struct MessageSent {
    message_id: String,
    #[serde(flatten)]
    about: AboutRecipient,
    /// Always.
    is_from_me: bool,
    /// As inbound messages have it: `text`, `image`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "text")]
    message_type: Option<String>,
    timestamp: DateTime<Utc>,
    /// Of what was answered with 202.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
}

impl MessageSent {
    /// By WhatsApp's ack, and its time. `kind`: its `message_type`. `job`: a job has sent it.
    pub fn new(
        ack: &events::ServerAck,
        at: DateTime<Utc>,
        kind: Option<String>,
        job: bool,
    ) -> Self {
        Self {
            message_id: ack.id.clone(),
            about: AboutRecipient::from(ack.from.as_ref().map(Jid::to_non_ad_string).as_deref()),
            is_from_me: true,
            message_type: kind,
            timestamp: at,
            job_id: job.then(|| job_id(&ack.id)),
        }
    }

    /// By a job, of which it is known that WhatsApp has accepted it.
    pub fn by_job(message_id: &str, to: &str, at: DateTime<Utc>) -> Self {
        Self {
            message_id: message_id.to_owned(),
            about: AboutRecipient::from(Some(to)),
            is_from_me: true,
            message_type: None,
            timestamp: at,
            job_id: Some(job_id(message_id)),
        }
    }
}

impl MessageSent {
    /// A status of which WhatsApp has taken the last part. `kind`: its `message_type`. `job`: it was answered with 202.
    pub fn status(message_id: &str, kind: Option<String>, at: DateTime<Utc>, job: bool) -> Self {
        Self {
            message_id: message_id.to_owned(),
            about: AboutRecipient::from(Some("status@broadcast")),
            is_from_me: true,
            message_type: kind,
            timestamp: whole_seconds(at),
            job_id: job.then(|| job_id(message_id)),
        }
    }

    /// The same one however often it is made: a message that is sent again under its id is told under one, too.
    pub fn event(&self, device: DeviceId) -> Event {
        Event::repeatable(self, device, &[&self.message_id])
    }
}

impl Told for MessageSent {
    const NAME: EventName = EventName::MessageSent;
}

/// WhatsApp has accepted a message that mentions people.
#[derive(Serialize, ToSchema)]
pub struct MentionSent {
    message_id: String,
    #[serde(flatten)]
    about: AboutRecipient,
    /// The JIDs of who is mentioned by name, as the chat calls them.
    mentioned: Vec<String>,
    /// The same people.
    mentioned_people: Vec<Person>,
    /// Everybody in the group is mentioned.
    everybody: bool,
    timestamp: DateTime<Utc>,
}

impl MentionSent {
    /// WhatsApp has accepted it, under this id.
    pub fn new(message_id: &str, to: &str, mentions: Mentions, at: DateTime<Utc>) -> Self {
        Self {
            message_id: message_id.to_owned(),
            about: AboutRecipient::from(Some(to)),
            mentioned_people: Person::all(&mentions.people),
            mentioned: mentions.people,
            everybody: mentions.everybody,
            timestamp: whole_seconds(at),
        }
    }
}

impl Told for MentionSent {
    const NAME: EventName = EventName::MentionSent;
}

/// What was answered with 202 could not be sent.
#[derive(Serialize, ToSchema)]
pub struct MessageFailed {
    /// Under this id it may still arrive where WhatsApp did not answer in time.
    message_id: String,
    /// The answer's.
    #[schema(example = "job_3EB0C431D17A2B6E9F0C")]
    job_id: String,
    /// As it was asked for.
    #[serde(flatten)]
    about: AboutRecipient,
    /// Always.
    is_from_me: bool,
    /// In words: what its caller would have been answered.
    reason: String,
    timestamp: DateTime<Utc>,
}

impl MessageFailed {
    /// Now.
    pub fn new(message_id: &str, to: &str, reason: String) -> Self {
        Self {
            message_id: message_id.to_owned(),
            job_id: job_id(message_id),
            about: AboutRecipient::from(Some(to)),
            is_from_me: true,
            reason,
            timestamp: whole_seconds(Utc::now()),
        }
    }
}

impl Told for MessageFailed {
    const NAME: EventName = EventName::MessageFailed;
}
