//! GET /webhook/deliveries, and what can be done about dead letters: replay them or delete them, one or all.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{OPERATION, owner};
use crate::failure::{Failure, Invalid};
use crate::http::query::Query;
use crate::http::stored::stored;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, envelope};
use crate::store::outbox;

const NOT_FOUND: Failure = Failure::NotFound("there is no dead letter with this id");
const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 500;

#[derive(Serialize)]
struct List {
    deliveries: Vec<Delivery>,
    count: usize,
    /// For `after`, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Serialize)]
struct Delivery {
    id: String,
    event: String,
    state: &'static str,
    /// So far.
    attempts: i64,
    /// Why the last one failed.
    last_error: Option<String>,
    /// Since when it waits, or is dead.
    since: DateTime<Utc>,
}

impl From<outbox::Listed> for Delivery {
    fn from(listed: outbox::Listed) -> Self {
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

pub async fn list(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, &api).await)
}

async fn show(request: &HttpRequest, api: &Api) -> Result<List, Failure> {
    let owner = owner(request, api).await?;
    let query = Query::of(request);
    let dead = match query.text("state") {
        None | Some("dead") => true,
        Some("waiting") => false,
        Some(other) => {
            let problem = format!("state must be dead or waiting, not {other:?}");
            return Err(Invalid::field("state", problem).into());
        }
    };
    let limit =
        number(&query, "limit", 1, MOST as i64)?.map_or(DEFAULT_LIMIT, |limit| limit as usize);
    let after = number(&query, "after", 0, i64::MAX)?.unwrap_or_default();
    let found = api.store.deliveries(owner, dead, after, limit).await;
    let found = found.map_err(|error| stored("deliveries could not be listed", error))?;
    Ok(List {
        count: found.len(),
        next: found
            .last()
            .map(|last| last.number)
            .filter(|_| found.len() == limit),
        deliveries: found.into_iter().map(Delivery::from).collect(),
    })
}

fn number(query: &Query<'_>, name: &str, least: i64, most: i64) -> Result<Option<i64>, Invalid> {
    let Some(text) = query.text(name) else {
        return Ok(None);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number));
    let problem = || format!("{name} must be a number from {least} to {most}, not {text:?}");
    number
        .map(Some)
        .ok_or_else(|| Invalid::field(name, problem()))
}

#[derive(Serialize)]
struct Replayed {
    message: &'static str,
    replayed: usize,
}

pub async fn replay(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, put_back(&request, &api).await)
}

async fn put_back(request: &HttpRequest, api: &Api) -> Result<Replayed, Failure> {
    let owner = owner(request, api).await?;
    let (store, webhooks, id) = (api.store.clone(), api.webhooks.clone(), id_in_path(request));
    let replay = async move {
        let replayed = store.replay(owner, id.as_deref()).await;
        webhooks.replayed(owner);
        let replayed = replayed.map_err(|error| stored("dead letters were not replayed", error))?;
        at_least_the_named(replayed, id)
    };
    Ok(Replayed {
        message: "Dead letters will be delivered again",
        replayed: to_the_end(replay).await?,
    })
}

#[derive(Serialize)]
struct Purged {
    message: &'static str,
    deleted: usize,
}

pub async fn purge(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, delete(&request, &api).await)
}

async fn delete(request: &HttpRequest, api: &Api) -> Result<Purged, Failure> {
    let owner = owner(request, api).await?;
    let id = id_in_path(request);
    let deleted = api.store.purge(owner, id.as_deref()).await;
    let deleted = deleted.map_err(|error| stored("dead letters were not deleted", error))?;
    Ok(Purged {
        message: "Dead letters deleted",
        deleted: at_least_the_named(deleted, id)?,
    })
}

/// None: all of them.
fn id_in_path(request: &HttpRequest) -> Option<String> {
    request.match_info().get("id").map(str::to_owned)
}

fn at_least_the_named(count: usize, id: Option<String>) -> Result<usize, Failure> {
    match (count, id) {
        (0, Some(_)) => Err(NOT_FOUND),
        (count, _) => Ok(count),
    }
}
