//! Webhooks: where the events of a device go, and what could not be delivered.

pub mod configure;
pub mod delete;
pub mod events;
pub mod list;
pub mod pending;
pub mod purge;
pub mod replay;
pub mod show;

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Api;
use super::instances::{self, locate};
use super::openapi::about::About;
use super::query::{Named, Query};
use crate::failure::Failure;
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Caller;
use crate::store::webhooks::Owner;
use crate::webhooks::Webhook;

const OPERATION: Operation = Operation::new("webhook", Envelope::Flat);
const NOT_FOUND: Failure = Failure::NotFound("webhook not found");
const NO_LETTER: Failure = Failure::NotFound("there is no dead letter with this id");

/// A webhook as the API shows it: all but its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
struct Shown {
    id: String,
    webhook_url: String,
    enabled_events: Vec<&'static str>,
    enabled: bool,
    retry_attempts: u32,
    /// Seconds.
    timeout: u64,
    headers: BTreeMap<String, String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Shown {
    /// For the API's document.
    fn example() -> Value {
        json!({
            "id": "wh_4f0c5d5a9a3f0c9d3f5d1c110b6e1f0e",
            "webhook_url": "https://app.example.com/webhook",
            "enabled_events": ["message.received"],
            "enabled": true,
            "retry_attempts": 3,
            "timeout": 30,
            "headers": {},
            "created_at": "2026-06-15T12:00:00Z",
            "updated_at": "2026-06-15T12:00:00Z"
        })
    }
}

impl From<&Webhook> for Shown {
    fn from(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id.clone(),
            webhook_url: webhook.url.to_string(),
            enabled_events: webhook.events.names(),
            enabled: webhook.enabled,
            retry_attempts: webhook.retry_attempts,
            timeout: webhook.timeout.as_secs(),
            headers: webhook.private.headers.clone(),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// The caller's device that `device_id` names, or that stands for the caller.
async fn owner(request: &HttpRequest, api: &Api) -> Result<Owner, Failure> {
    let caller = api.caller(request).await?;
    owner_of(api, caller, Query::of(request).device()).await
}

async fn owner_of(api: &Api, caller: Caller, named: Named) -> Result<Owner, Failure> {
    match (locate(api, caller, named).await?, named) {
        (Some(device), _) => Ok(Owner {
            device,
            tenant: caller.tenant,
            user: caller.user,
        }),
        (None, Named::Nobody) => Err(Failure::NoDevice),
        (None, _) => Err(instances::NOT_FOUND),
    }
}

/// What all endpoints about one's own device have in common.
fn about_own(summary: &'static str) -> About {
    About::new(summary, &OPERATION)
        .query("device_id", "The device; the caller's own when absent.")
        .refuses([Failure::NoDevice, instances::NOT_FOUND])
}

/// None: all of them.
fn id_in_path(request: &HttpRequest) -> Option<String> {
    request.match_info().get("id").map(str::to_owned)
}

/// How many dead letters there were; one that was named must have been there.
fn letters(count: usize, id: Option<String>) -> Result<usize, Failure> {
    match (count, id) {
        (0, Some(_)) => Err(NO_LETTER),
        (count, _) => Ok(count),
    }
}
