//! GET /devices/{deviceID}/history — what has happened to a device, the newest first.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DEVICE, in_path};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::paging::Paging;
use crate::http::which::NOT_FOUND;
use crate::store::accounts::Caller;
use crate::store::history;
use crate::supervision::history::{HistoryEvent, words};

#[derive(Deserialize, ToSchema)]
pub struct GetDeviceHistory {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// How many at most; 50 unless given, never more than 200.
    pub limit: Option<i64>,
    /// Those before the ones of an earlier answer: its `next`.
    pub before: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = DeviceHistory,
    example = json!({
        "entries": [
            {"at": "2026-06-15T12:00:03.120Z", "event": "connected"},
            {
                "at": "2026-06-15T12:00:01.450Z",
                "event": "ended",
                "reason": "connection_lost",
                "words": "the connection to WhatsApp broke"
            }
        ],
        "next": null
    })
)]
pub struct History {
    entries: Vec<Entry>,
    /// The next page is `before` this; `null`: there is none.
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
struct Entry {
    at: DateTime<Utc>,
    event: HistoryEvent,
    /// Why, as `last_exit` of `GET /status` names it; of a restriction, what is restricted: `reach_out`, `new_chats`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// WhatsApp's code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    /// The reason in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
}

impl Entry {
    /// `None`: an older wutsd does not know what it tells of.
    fn shown(stored: history::Entry) -> Option<Self> {
        let said = stored.reason.as_deref().and_then(words).map(str::to_owned);
        Some(Self {
            at: stored.at,
            event: HistoryEvent::named(&stored.event)?,
            words: stored.words.or(said),
            reason: stored.reason,
            code: stored.code,
            until: stored.until,
        })
    }
}

impl Endpoint for GetDeviceHistory {
    type Caller = Caller;
    type Reply = History;
    const SUMMARY: &'static str = "Shows what has happened to a device, the newest first";
    const OPERATION: Operation = Operation::new("history", Envelope::Flat);
    const PARAMS: &'static [Param] = &[DEVICE, Param::query("limit"), Param::query("before")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<History, Failure> {
        let device = in_path(&context.api, context.caller, &self.device).await?;
        let page = Paging::new(self.limit, self.before);
        let found = context.api.store.history(device, page.before, page.read());
        let found = found
            .await
            .map_err(|error| Failure::of_store("a history could not be read", &error))?;
        let (found, next) = page.cut(found, |entry| entry.number);
        Ok(History {
            entries: found.into_iter().filter_map(Entry::shown).collect(),
            next,
        })
    }
}
