//! DELETE /webhook — nothing is told any more, and what waits is deleted. Doing it twice is no error.

use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{NO_OWNER, OPERATION};
use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct DeleteWebhook {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = DeletedWebhook,
    example = json!({"message": "Webhook configuration deleted successfully"})
)]
pub struct Deleted {
    message: &'static str,
}

impl Endpoint for DeleteWebhook {
    type Caller = Caller;
    type Reply = Deleted;
    const SUMMARY: &'static str =
        "Deletes the webhook of the caller's device, with what waits for it";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        NO_OWNER.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Deleted, Failure> {
        let owner = context.owner().await?;
        let webhooks = context.api.webhooks.clone();
        let delete = async move {
            let deleted = webhooks.delete(owner).await;
            deleted.map_err(|error| Failure::of_store("a webhook could not be deleted", &error))
        };
        to_the_end(delete).await?;
        info!(device.id = %owner.device, "webhook deleted");
        Ok(Deleted {
            message: "Webhook configuration deleted successfully",
        })
    }
}
