//! What takes longer than its caller waits: it is answered with 202, and its outcome is told to the webhook.

use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use crate::commands::utc;
use crate::contract::reply::{Form, Recipient, Reply};
use crate::device::life::jobs::job_id;

/// It has been sent, or is on its way.
pub enum SentOrJob<T> {
    Sent(T),
    Job(UnderWay),
}

/// A message that is being made. It is told by `message.sent` with this `job_id`, or by `message.failed` with the reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "message_id": "",
        "timestamp": "2026-06-15T17:32:05Z",
        "status": "processing",
        "chat_jid": "5511999999999@s.whatsapp.net",
        "job_id": "job_3EB0C431D17A2B6E9F0C"
    })
)]
pub struct UnderWay {
    /// Always empty: there is no message yet.
    message_id: &'static str,
    /// When it was taken on.
    timestamp: String,
    status: Processing,
    /// The chat's JID, as it was asked for.
    chat_jid: String,
    job_id: String,
}

/// It is neither sent nor refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Processing {
    Processing,
}

impl UnderWay {
    /// Now. `message_id`: of the message that it will be.
    pub fn new(message_id: &str, chat_jid: String) -> Self {
        Self {
            message_id: "",
            timestamp: utc(Utc::now()),
            status: Processing::Processing,
            chat_jid,
            job_id: job_id(message_id),
        }
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for SentOrJob<T> {
    fn forms() -> Vec<Form> {
        vec![Form::json::<T>(200), Form::json::<UnderWay>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        match self {
            Self::Sent(sent) => to.json(200, &sent),
            Self::Job(job) => to.json(202, &job),
        }
    }
}
