//! POST /webhook — says where the events of the caller's device go. Writing it again overwrites it.

use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::{NO_OWNER, OPERATION, Shown};
use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;
use crate::webhooks::NotWritten;
/// The body is the webhook's own settings.
pub use crate::webhooks::settings::Wanted as ConfigureWebhook;

#[derive(Serialize, ToSchema)]
#[schema(
    as = ConfiguredWebhook,
    example = json!({
        "message": "Webhook configured successfully",
        "webhook": Shown::example()
    })
)]
pub struct Configured {
    message: &'static str,
    webhook: Shown,
}

impl Endpoint for ConfigureWebhook {
    type Caller = Caller;
    type Reply = Configured;
    const SUMMARY: &'static str =
        "Says where the events of the caller's device go; overwrites what was said before";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        NO_OWNER.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Configured, Failure> {
        let owner = context.owner().await?;
        let webhooks = context.api.webhooks.clone();
        let write = async move { webhooks.write(owner, self).await.map_err(not_written) };
        let webhook = to_the_end(write).await?;
        info!(device.id = %owner.device, "webhook configured");
        Ok(Configured {
            message: "Webhook configured successfully",
            webhook: Shown::from(&*webhook),
        })
    }
}

fn not_written(error: NotWritten) -> Failure {
    match error {
        NotWritten::Invalid(invalid) => invalid.into(),
        NotWritten::Store(error) => Failure::of_store("a webhook could not be stored", &error),
        // Its user was deleted while the request was under way.
        NotWritten::NoDevice => Failure::NoDevice,
    }
}
