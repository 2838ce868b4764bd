//! GET /healthz, /readyz and /metrics — for machines that watch this one; no token needed.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::Anybody;
use super::endpoint::{Context, Endpoint};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Content, Form, Recipient, Reply};
use crate::failure::Failure;
use crate::store::StoreError;
use crate::supervision::supervisor::Ping;

const OPERATION: Operation = Operation::new("health", Envelope::Open);
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// An actor that does not answer a ping in this time is not well.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Deserialize, ToSchema)]
pub struct IsAlive {}

#[derive(Deserialize, ToSchema)]
pub struct IsReady {}

#[derive(Deserialize, ToSchema)]
pub struct GetMetrics {}

#[derive(Serialize, ToSchema)]
#[schema(as = Alive)]
pub struct Health {
    status: Word,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
struct Parts {
    status: Word,
    store: Word,
    supervisor: Word,
    /// Why the store is failing: `disk_full`, `corrupt`, `in_use`, `busy`, `closed` or `engine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = HealthWord)]
enum Word {
    Ok,
    Failing,
}

impl Word {
    fn of(well: bool) -> Self {
        match well {
            true => Self::Ok,
            false => Self::Failing,
        }
    }
}

/// The process runs and serves HTTP.
impl Endpoint for IsAlive {
    type Caller = Anybody;
    type Reply = Health;
    const SUMMARY: &'static str = "Tells that the process runs";
    const OPERATION: Operation = OPERATION;

    async fn answer(self, _: Context<Anybody>) -> Result<Health, Failure> {
        Ok(Health { status: Word::Ok })
    }
}

/// Requests can be worked on: the store is well, the supervisor answers.
impl Endpoint for IsReady {
    type Caller = Anybody;
    type Reply = Readiness;
    const SUMMARY: &'static str = "Tells whether requests can be worked on";
    const OPERATION: Operation = OPERATION;

    async fn answer(self, context: Context<Anybody>) -> Result<Readiness, Failure> {
        let api = &context.api;
        let supervisor = tokio::time::timeout(PING_TIMEOUT, api.supervisor.send(Ping)).await;
        let supervisor = matches!(supervisor, Ok(Ok(())));
        let store = api.store.well().await;
        let reason = store.as_ref().err().map(StoreError::word);
        let store = store.is_ok();
        Ok(Readiness(Parts {
            status: Word::of(supervisor && store),
            store: Word::of(store),
            supervisor: Word::of(supervisor),
            reason,
        }))
    }
}

/// 200 or 503, for those who look at nothing else.
pub struct Readiness(Parts);

impl Reply for Readiness {
    fn forms() -> Vec<Form> {
        vec![Form::json::<Parts>(200), Form::json::<Parts>(503)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        let status = match self.0.status {
            Word::Ok => 200,
            Word::Failing => 503,
        };
        to.json(status, &self.0)
    }
}

impl Endpoint for GetMetrics {
    type Caller = Anybody;
    type Reply = Scrape;
    const SUMMARY: &'static str = "Shows the metrics in Prometheus' text format";
    const OPERATION: Operation = OPERATION;

    fn refusals() -> Vec<Failure> {
        vec![Failure::Internal]
    }

    async fn answer(self, context: Context<Anybody>) -> Result<Scrape, Failure> {
        let scraped = context.api.registry.scrape();
        let scraped =
            scraped.map_err(|error| Failure::internal("metrics were not written", &error));
        scraped.map(Scrape)
    }
}

/// What Prometheus reads.
pub struct Scrape(Vec<u8>);

impl Reply for Scrape {
    fn forms() -> Vec<Form> {
        vec![Form {
            status: 200,
            content: Content::Bytes("text/plain"),
        }]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        to.bytes(PROMETHEUS, Bytes::from(self.0))
    }
}
