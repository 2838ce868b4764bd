//! Webhooks: where the events of a device go, and what could not be delivered.

pub mod configure;
pub mod delete;
pub mod deliveries;
pub mod events;
pub mod pending;
pub mod show;

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Api;
use super::instances::locate;
use super::query::{Named, Query};
use crate::failure::{Envelope, Failure, Operation};
use crate::store::accounts::Caller;
use crate::store::webhooks::Owner;
use crate::webhooks::Webhook;

const OPERATION: Operation = Operation::new("webhook", Envelope::Flat);
const NOT_FOUND: Failure = Failure::NotFound("webhook not found");

/// A webhook as the API shows it: all but its secret.
#[derive(Serialize)]
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
        (None, _) => Err(Failure::NotFound("device not found")),
    }
}
