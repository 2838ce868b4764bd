//! POST /webhook/test — sends the webhook something, so that somebody sees whether it arrives.

use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NO_OWNER, NOT_FOUND, OPERATION};
use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;

const SWITCHED_OFF: Failure = Failure::documented(400, "the webhook is switched off");

#[derive(Deserialize, ToSchema)]
pub struct TestWebhook {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = TestedWebhook,
    example = json!({
        "message": "A test event is on its way",
        "id": "0b6e1f0e-4f0c-5d5a-9a3f-0c9d3f5d1c11"
    })
)]
pub struct Tested {
    message: &'static str,
    /// Of the event, as in its envelope and in the header `webhook-id`.
    id: Uuid,
}

impl Endpoint for TestWebhook {
    type Caller = Caller;
    type Reply = Tested;
    const SUMMARY: &'static str =
        "Sends the webhook an event `webhook.test`, whatever it is told otherwise";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        let mut refusals = vec![SWITCHED_OFF, NOT_FOUND];
        refusals.extend(NO_OWNER);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<Tested, Failure> {
        let owner = context.owner().await?;
        let webhooks = &context.api.webhooks;
        webhooks.of(owner).ok_or(NOT_FOUND)?;
        let id = webhooks.test(owner).await;
        let id = id.map_err(|error| Failure::of_store("a test event was not stored", &error))?;
        info!(device.id = %owner.device, "a webhook is tested");
        Ok(Tested {
            message: "A test event is on its way",
            id: id.ok_or(SWITCHED_OFF)?,
        })
    }
}
