//! GET /webhook — where the events of the caller's device go.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NO_OWNER, NOT_FOUND, OPERATION, Shown};
use crate::contract::operation::Operation;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct GetWebhook {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = FoundWebhook,
    example = json!({
        "webhook": Shown::example()
    })
)]
pub struct Found {
    webhook: Shown,
}

impl Endpoint for GetWebhook {
    type Caller = Caller;
    type Reply = Found;
    const SUMMARY: &'static str = "Shows where the events of the caller's device go";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        let mut refusals = vec![NOT_FOUND];
        refusals.extend(NO_OWNER);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<Found, Failure> {
        let owner = match context.owner().await {
            // Without a device there is no webhook either.
            Err(Failure::NoDevice) => return Err(NOT_FOUND),
            owner => owner?,
        };
        let webhook = context.api.webhooks.of(owner).ok_or(NOT_FOUND)?;
        Ok(Found {
            webhook: Shown::from(&*webhook),
        })
    }
}
