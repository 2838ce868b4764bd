//! GET /messages/{id}/media — the file of a message, whichever device of the caller has it.

use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use crate::commands::Command;
use crate::commands::messages::media::{FetchMedia, FetchedMedia};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::{Backoff, Failure};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::execute;
use crate::store::accounts::Caller;
use crate::store::messages::Whose;

/// Which message.
#[derive(Deserialize, ToSchema)]
pub struct GetMessageMedia {
    /// The message's id.
    id: String,
}

impl Endpoint for GetMessageMedia {
    type Caller = Caller;
    type Reply = FetchedMedia;
    const SUMMARY: &'static str = FetchMedia::SUMMARY;
    const OPERATION: Operation = FetchMedia::OPERATION;
    const PARAMS: &'static [Param] = &[Param::path("id")];

    fn refusals() -> Vec<Failure> {
        let mut refusals = FetchMedia::refusals();
        refusals.extend([
            Failure::Refused(String::new()),
            Failure::RateLimited(Backoff::told(None)),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<FetchedMedia, Failure> {
        let Context {
            api, caller, held, ..
        } = context;
        let found = find(&api, &caller, &self.id, Whose::Anybodys).await?;
        let terms = execute::terms::<FetchMedia>(&api, &caller, held, None);
        // A manager may fetch what the devices of others have.
        let owner = Caller {
            user: found.user,
            ..caller
        };
        let command = FetchMedia(found.message);
        execute::dispatch(&api, owner, Some(found.device), terms, command).await
    }
}
