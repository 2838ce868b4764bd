//! GET /webhook/deliveries — what waits to be delivered, and what could not be.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{OPERATION, about_own, owner};
use crate::failure::{Failure, Invalid};
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope};
use crate::store::outbox::Listed;

const DEFAULT_LIMIT: usize = 50;
const MOST: i64 = 500;

#[derive(Serialize, ToSchema)]
#[schema(
    as = Deliveries,
    example = json!({
        "deliveries": [{
            "id": "0b6e1f0e-4f0c-5d5a-9a3f-0c9d3f5d1c11",
            "event": "message.received",
            "state": "dead",
            "attempts": 4,
            "last_error": "the receiver answered 500 Internal Server Error",
            "since": "2026-06-15T12:00:00Z"
        }],
        "count": 1
    })
)]
struct List {
    deliveries: Vec<Delivery>,
    count: usize,
    /// For `after`, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct Delivery {
    /// Of the event, as in its envelope and in the header `webhook-id`.
    id: String,
    event: String,
    /// `waiting` or `dead`.
    state: &'static str,
    /// So far.
    attempts: i64,
    /// Why the last one failed.
    last_error: Option<String>,
    /// Since when it waits, or is dead.
    since: DateTime<Utc>,
}

impl From<Listed> for Delivery {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            event: listed.event,
            state: if listed.dead { "dead" } else { "waiting" },
            attempts: listed.attempts,
            last_error: listed.failure,
            since: listed.at,
        }
    }
}

pub fn about() -> About {
    about_own("Lists events that could not be delivered, or that wait for it")
        .query("state", "`dead`, which is the default, or `waiting`.")
        .query("limit", "How many at most, from 1 to 500; 50 when absent.")
        .query("after", "The `next` of the page before.")
        .gives::<List>()
        .refuses([wrong_state("gone").into()])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, list(&request, &api).await)
}

async fn list(request: &HttpRequest, api: &Api) -> Result<List, Failure> {
    let owner = owner(request, api).await?;
    let query = Query::of(request);
    let dead = match query.text("state") {
        None | Some("dead") => true,
        Some("waiting") => false,
        Some(other) => return Err(wrong_state(other).into()),
    };
    let limit = number(&query, "limit", 1, MOST)?.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let after = number(&query, "after", 0, i64::MAX)?.unwrap_or_default();
    let found = api.store.deliveries(owner, dead, after, limit).await;
    let found =
        found.map_err(|error| Failure::of_store("deliveries could not be listed", &error))?;
    let last = found.last().filter(|_| found.len() == limit);
    Ok(List {
        count: found.len(),
        next: last.map(|last| last.number),
        deliveries: found.into_iter().map(Delivery::from).collect(),
    })
}

fn wrong_state(state: &str) -> Invalid {
    let problem = format!("state must be dead or waiting, not {state:?}");
    Invalid::field("state", problem)
}

fn number(query: &Query<'_>, name: &str, least: i64, most: i64) -> Result<Option<i64>, Invalid> {
    let Some(text) = query.text(name) else {
        return Ok(None);
    };
    let number = text.parse().ok();
    let number = number.filter(|number| (least..=most).contains(number));
    let problem = || format!("{name} must be a number from {least} to {most}, not {text:?}");
    number
        .map(Some)
        .ok_or_else(|| Invalid::field(name, problem()))
}
