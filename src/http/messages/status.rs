//! GET /messages/{id}/status — what has become of an own message.

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::commands::messages::NOT_FOUND;
use crate::commands::named::NamedChat;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::kept::About;
use crate::device::known_as::{KnownAs, Named};
use crate::device::life::jobs::message_meant;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::store::messages::{Reached, State, Whose};

/// Recipients in one answer.
const MOST: usize = 1024;

/// Which message.
#[derive(Deserialize, ToSchema)]
pub struct GetMessageStatus {
    /// The message's id, or the `job_id` of one that is being made.
    id: String,
}

/// What has become of it.
#[derive(Serialize, ToSchema)]
#[schema(
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "chat_jid": "5511999999999@s.whatsapp.net",
        "is_group": false,
        "status": "read",
        "delivered_at": "2026-06-15T17:32:06Z",
        "read_at": "2026-06-15T17:33:10Z",
        "played_at": null,
        "device_id": "3f0a2a55-9a3f-4b0e-8a39-2f3a6e5d4c10",
        "recipients": [{
            "phone_number": "5511999999999",
            "lid": "123456789012345@lid",
            "delivered_at": "2026-06-15T17:32:06Z",
            "read_at": "2026-06-15T17:33:10Z",
            "played_at": null
        }]
    })
)]
pub struct MessageStatus {
    message_id: String,
    #[serde(flatten)]
    chat: NamedChat,
    is_group: bool,
    status: Progress,
    /// When the first recipient had it.
    delivered_at: Option<String>,
    /// When the first recipient read it.
    read_at: Option<String>,
    /// When the first recipient played it.
    played_at: Option<String>,
    /// Which device sent it.
    #[schema(value_type = String)]
    device_id: DeviceId,
    /// Of `failed`: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Whom it has reached, the first 1024: those of whom WhatsApp has told.
    recipients: Vec<Recipient>,
}

/// How far it has come, with whom it has come farthest.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Progress {
    /// It is on its way to WhatsApp, or nobody knows whether it has got there.
    Pending,
    /// WhatsApp has accepted it.
    Sent,
    /// A device of a recipient has it.
    Delivered,
    /// A recipient has read it.
    Read,
    /// A recipient has listened to it, or watched it.
    Played,
    /// WhatsApp has refused it.
    Failed,
}

/// Somebody whom it has reached.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageRecipient)]
struct Recipient {
    /// Digits; `null`: WhatsApp has not told the number.
    phone_number: Option<String>,
    /// The LID; `null`: WhatsApp has not told it.
    lid: Option<String>,
    delivered_at: Option<String>,
    read_at: Option<String>,
    played_at: Option<String>,
}

impl Endpoint for GetMessageStatus {
    type Caller = Caller;
    type Reply = MessageStatus;
    const SUMMARY: &'static str = "Shows what has become of a message of this account";
    const OPERATION: Operation = Operation::new("message_status", Envelope::Flat);
    const PARAMS: &'static [Param] = &[Param::path("id")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<MessageStatus, Failure> {
        let api = &context.api;
        let id = message_meant(&self.id);
        let found = find(api, &context.caller, id, Whose::Mine).await?;
        let message = found.message;
        let reached = api
            .store
            .reached_by(message.device, message.number, MOST)
            .await;
        let reached: Vec<Reached<KnownAs>> = reached
            .map_err(|error| Failure::of_store("receipts could not be looked up", &error))?;
        let first = |when: fn(&Reached<KnownAs>) -> Option<i64>| {
            reached.iter().filter_map(when).min().and_then(time)
        };
        Ok(MessageStatus {
            is_group: message.about.in_group(),
            chat: named(message.about).into(),
            status: Progress::from(message.state),
            delivered_at: first(|reached| reached.delivered_at),
            read_at: first(|reached| reached.read_at),
            played_at: first(|reached| reached.played_at),
            device_id: found.device,
            error: message.failure.map(reason),
            message_id: message.id,
            recipients: reached.into_iter().map(Recipient::from).collect(),
        })
    }
}

fn named(message: About) -> Named {
    Named {
        jid: message.chat_jid(),
        who: message.other,
    }
}

impl From<State> for Progress {
    fn from(state: State) -> Self {
        match state {
            State::Failed => Self::Failed,
            State::Pending => Self::Pending,
            State::Sent => Self::Sent,
            State::Delivered => Self::Delivered,
            State::Read => Self::Read,
            State::Played => Self::Played,
        }
    }
}

impl From<Reached<KnownAs>> for Recipient {
    fn from(reached: Reached<KnownAs>) -> Self {
        Self {
            lid: reached.who.lid_jid(),
            phone_number: reached.who.phone,
            delivered_at: reached.delivered_at.and_then(time),
            read_at: reached.read_at.and_then(time),
            played_at: reached.played_at.and_then(time),
        }
    }
}

/// In words; WhatsApp's own are a code.
fn reason(failure: String) -> String {
    match failure.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("refused by WhatsApp ({failure})"),
        false => failure,
    }
}

/// RFC 3339, UTC, of Unix seconds.
fn time(seconds: i64) -> Option<String> {
    let time = DateTime::from_timestamp(seconds, 0)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
