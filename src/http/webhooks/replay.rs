//! POST /webhook/deliveries/{id}/replay and /webhook/deliveries/replay — dead letters are delivered after all.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ID, NO_LETTER, NO_OWNER, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Caller;

const MESSAGE: &str = "Dead letters will be delivered again";

#[derive(Deserialize, ToSchema)]
pub struct ReplayDeadLetters {}

#[derive(Deserialize, ToSchema)]
pub struct ReplayDeadLetter {
    /// Of the event, as in its envelope and in the header `webhook-id`.
    pub id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReplayedLetters, example = json!({"message": "Dead letters will be delivered again", "replayed": 1}))]
pub struct Replayed {
    message: &'static str,
    replayed: usize,
}

impl Endpoint for ReplayDeadLetters {
    type Caller = Caller;
    type Reply = Replayed;
    const SUMMARY: &'static str = "Puts all dead letters back into the queue";
    const OPERATION: Operation = OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        NO_OWNER.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Replayed, Failure> {
        replay(context, None).await
    }
}

impl Endpoint for ReplayDeadLetter {
    type Caller = Caller;
    type Reply = Replayed;
    const SUMMARY: &'static str = "Puts a dead letter back into the queue";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[ID];
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        let mut refusals = vec![NO_LETTER];
        refusals.extend(NO_OWNER);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<Replayed, Failure> {
        let done = replay(context, Some(self.id)).await?;
        // One that was named must have been there.
        match done.replayed {
            0 => Err(NO_LETTER),
            _ => Ok(done),
        }
    }
}

async fn replay(context: Context<Caller>, id: Option<String>) -> Result<Replayed, Failure> {
    let owner = context.owner().await?;
    let webhooks = context.api.webhooks.clone();
    let replay = async move {
        let replayed = webhooks.replay(owner, id.as_deref()).await;
        replayed.map_err(|error| Failure::of_store("dead letters were not replayed", &error))
    };
    Ok(Replayed {
        message: MESSAGE,
        replayed: to_the_end(replay).await?,
    })
}
