//! GET /webhook/deliveries — what waits to be delivered, and what could not be.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NO_OWNER, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;
use crate::store::outbox::Listed;

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 500;

#[derive(Deserialize, ToSchema)]
pub struct ListDeliveries {
    /// `dead` when absent.
    pub state: Option<State>,
    /// How many at most, from 1 to 500; 50 when absent.
    pub limit: Option<i64>,
    /// The `next` of the page before.
    pub after: Option<i64>,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DeliveryState)]
pub enum State {
    Waiting,
    /// It could not be delivered.
    Dead,
}

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
pub struct List {
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
    state: State,
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
            state: match listed.dead {
                true => State::Dead,
                false => State::Waiting,
            },
            attempts: listed.attempts,
            last_error: listed.failure,
            since: listed.at.trunc_subsecs(0),
        }
    }
}

impl Endpoint for ListDeliveries {
    type Caller = Caller;
    type Reply = List;
    const SUMMARY: &'static str = "Lists events that could not be delivered, or that wait for it";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[
        Param::query("state"),
        Param::query("limit"),
        Param::query("after"),
    ];
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        NO_OWNER.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<List, Failure> {
        let owner = context.owner().await?;
        let dead = self.state.unwrap_or(State::Dead) == State::Dead;
        let limit = within("limit", self.limit.unwrap_or(DEFAULT_LIMIT), 1, MOST)?;
        let after = within("after", self.after.unwrap_or(0), 0, i64::MAX)?;
        let found = context
            .api
            .store
            .deliveries(owner, dead, after, limit as usize);
        let found = found.await;
        let found =
            found.map_err(|error| Failure::of_store("deliveries could not be listed", &error))?;
        let last = found.last().filter(|_| found.len() == limit as usize);
        Ok(List {
            count: found.len(),
            next: last.map(|last| last.number),
            deliveries: found.into_iter().map(Delivery::from).collect(),
        })
    }
}

fn within(name: &str, number: i64, least: i64, most: i64) -> Result<i64, Invalid> {
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => {
            let problem = format!("{name} must be a number from {least} to {most}, not {number}");
            Err(Invalid::field(name, problem))
        }
    }
}
