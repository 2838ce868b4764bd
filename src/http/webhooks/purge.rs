//! DELETE /webhook/deliveries/{id} and /webhook/deliveries — dead letters are deleted. What waits is not touched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ID, NO_LETTER, NO_OWNER, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;

const MESSAGE: &str = "Dead letters deleted";

#[derive(Deserialize, ToSchema)]
pub struct PurgeDeadLetters {}

#[derive(Deserialize, ToSchema)]
pub struct DeleteDeadLetter {
    /// Of the event, as in its envelope and in the header `webhook-id`.
    pub id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PurgedLetters, example = json!({"message": "Dead letters deleted", "deleted": 1}))]
pub struct Purged {
    message: &'static str,
    deleted: usize,
}

impl Endpoint for PurgeDeadLetters {
    type Caller = Caller;
    type Reply = Purged;
    const SUMMARY: &'static str = "Deletes all dead letters";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        NO_OWNER.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Purged, Failure> {
        purge(context, None).await
    }
}

impl Endpoint for DeleteDeadLetter {
    type Caller = Caller;
    type Reply = Purged;
    const SUMMARY: &'static str = "Deletes a dead letter";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[ID];
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        let mut refusals = vec![NO_LETTER];
        refusals.extend(NO_OWNER);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<Purged, Failure> {
        let done = purge(context, Some(&self.id)).await?;
        // One that was named must have been there.
        match done.deleted {
            0 => Err(NO_LETTER),
            _ => Ok(done),
        }
    }
}

async fn purge(context: Context<Caller>, id: Option<&str>) -> Result<Purged, Failure> {
    let owner = context.owner().await?;
    let deleted = context.api.store.purge(owner, id).await;
    let deleted =
        deleted.map_err(|error| Failure::of_store("dead letters were not deleted", &error))?;
    Ok(Purged {
        message: MESSAGE,
        deleted,
    })
}
