//! Webhooks: where the events of a device go, and what could not be delivered.

pub mod configure;
pub mod delete;
pub mod events;
pub mod list;
pub mod pending;
pub mod purge;
pub mod replay;
pub mod show;
pub mod test;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::endpoint::Context;
use super::which::{self, Which};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::store::accounts::Caller;
use crate::store::webhooks::Owner;
use crate::webhooks::Webhook;

const OPERATION: Operation = Operation::new("webhook", Envelope::Flat);
const NOT_FOUND: Failure = Failure::NotFound("webhook not found");
/// The `{id}` of the path.
const ID: Param = Param::path("id");
const NO_LETTER: Failure = Failure::NotFound("there is no dead letter with this id");

/// A webhook as the API shows it: all but its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct Shown {
    id: String,
    webhook_url: String,
    enabled_events: Vec<&'static str>,
    enabled: bool,
    /// Only when the configuration of the daemon no longer allows this URL: why nothing is sent there.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
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
            webhook_url: webhook.shown_url.clone(),
            enabled_events: webhook
                .named_events
                .iter()
                .map(|name| name.text())
                .collect(),
            enabled: webhook.enabled,
            problem: webhook
                .problem
                .map(|problem| format!("webhook_url {problem}: nothing is sent there")),
            retry_attempts: webhook.retry_attempts,
            timeout: webhook.timeout.as_secs(),
            headers: webhook.private.headers.clone(),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

impl Context<Caller> {
    /// The caller's device that the request means, and whose it is.
    async fn owner(&self) -> Result<Owner, Failure> {
        match (self.locate().await?, self.device) {
            (Some(device), _) => Ok(Owner {
                device,
                tenant: self.caller.tenant,
                user: self.caller.user,
            }),
            (None, Which::Default) => Err(Failure::NoDevice),
            (None, _) => Err(which::NOT_FOUND),
        }
    }
}

/// Failures of all endpoints about one's own device.
const NO_OWNER: [Failure; 2] = [Failure::NoDevice, which::NOT_FOUND];
