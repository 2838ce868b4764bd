//! GET /webhook/events — the catalog.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OPERATION;
use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;
use crate::webhooks::catalog::EventSet;

#[derive(Deserialize, ToSchema)]
pub struct ListEvents {}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvents, example = json!({"events": ["message.received", "message.sent"]}))]
pub struct Catalog {
    events: Vec<&'static str>,
}

impl Endpoint for ListEvents {
    type Caller = Caller;
    type Reply = Catalog;
    const SUMMARY: &'static str = "Lists the names of all events";
    const OPERATION: Operation = OPERATION;

    async fn answer(self, _: Context<Caller>) -> Result<Catalog, Failure> {
        Ok(Catalog {
            events: EventSet::all().names(),
        })
    }
}
