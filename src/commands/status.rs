//! Posting to the status broadcast.

pub mod audience;
pub mod audio;
pub mod delete;
pub mod link;
pub mod media;
pub mod privacy;
pub mod text;

use chrono::{DateTime, Local, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Form, Recipient, Reply};
use crate::device::life::jobs::job_id;
use crate::device::session::Ack;
use crate::device::session::media::during_upload;
use crate::device::session::status::post::Posting;
use crate::failure::Failure;
use crate::media::Kind;

/// Posting one.
const OPERATION: Operation =
    Operation::new("status", Envelope::Object).failing_with("failed to send status broadcast");

/// How the upload of a file for one fails.
fn of_upload() -> Vec<Failure> {
    let timed_out = Failure::TimedOut { message_id: None };
    vec![
        during_upload(Failure::Refused(String::new())),
        during_upload(timed_out),
    ]
}

/// What the caller of a status endpoint gets once WhatsApp has accepted the status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = PostedStatus,
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T14:32:05-03:00",
        "status_type": "text"
    })
)]
pub struct Posted {
    /// WhatsApp knows it by this id.
    pub message_id: String,
    /// When WhatsApp accepted it: RFC 3339 with the server's local offset.
    pub timestamp: String,
    /// What it is.
    pub status_type: StatusType,
}

/// What kind of status it is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusType {
    Text,
    Image,
    Video,
    Audio,
}

impl From<Kind> for StatusType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Image => Self::Image,
            Kind::Video => Self::Video,
        }
    }
}

/// It has been posted, or goes on.
pub enum PostedOrUnderWay<T> {
    Posted(T),
    UnderWay(StatusUnderWay),
}

/// A status that WhatsApp has not taken for everybody yet. It goes on over restarts: ask `GET /status/{message_id}`, or be
/// told by `message.sent` with this `job_id`, or by `message.failed` with the reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T14:32:05-03:00",
        "status_type": "text",
        "status": "sending",
        "job_id": "job_3EB0C431D17A2B6E9F0C"
    })
)]
pub struct StatusUnderWay {
    /// WhatsApp knows it by this id.
    message_id: String,
    /// When this was answered.
    timestamp: String,
    /// What it is; absent where that is not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_type: Option<StatusType>,
    status: Sending,
    job_id: String,
}

/// It is neither posted nor refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Sending {
    Sending,
}

impl StatusUnderWay {
    /// Now.
    fn new(message_id: String, status_type: Option<StatusType>) -> Self {
        Self {
            job_id: job_id(&message_id),
            message_id,
            timestamp: local(Utc::now()),
            status_type,
            status: Sending::Sending,
        }
    }
}

impl<T> PostedOrUnderWay<T> {
    /// `whole`: the answer once it has been posted.
    fn new(posting: Posting, status_type: StatusType, whole: impl FnOnce(Posted) -> T) -> Self {
        match posting {
            Posting::Posted(ack) => Self::Posted(whole(Posted::new(ack, status_type))),
            Posting::UnderWay { message_id, .. } => {
                Self::UnderWay(StatusUnderWay::new(message_id, Some(status_type)))
            }
        }
    }

    /// The message's id, and whether it has been posted.
    pub fn message(self) -> (String, bool)
    where
        T: Into<Posted>,
    {
        match self {
            Self::Posted(posted) => (posted.into().message_id, true),
            Self::UnderWay(job) => (job.message_id, false),
        }
    }

    /// What is answered when the device goes while it goes on.
    fn going_on(message_id: &str, status_type: Option<StatusType>) -> Option<Self> {
        let under_way = StatusUnderWay::new(message_id.to_owned(), status_type);
        Some(Self::UnderWay(under_way))
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for PostedOrUnderWay<T> {
    fn forms() -> Vec<Form> {
        vec![Form::json::<T>(200), Form::json::<StatusUnderWay>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        match self {
            Self::Posted(posted) => to.json(200, &posted),
            Self::UnderWay(job) => to.json(202, &job),
        }
    }
}

impl Posted {
    /// `ack`: WhatsApp's word that it has it.
    fn new(ack: Ack, status_type: StatusType) -> Self {
        Self {
            message_id: ack.message_id,
            timestamp: local(ack.at),
            status_type,
        }
    }
}

/// RFC 3339 with the server's local offset, as the contract has it for statuses.
pub fn local(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&Local);
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}
