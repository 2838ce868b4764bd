//! GET /tokens — the tokens that were given away and are not over.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OPERATION, Shown, holder};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::http::users::{NOT_FOUND as NO_USER, OUT_OF_REACH};
use crate::ids::UserId;
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct ListTokens {
    /// Whose; absent: the caller's.
    pub user_id: Option<UserId>,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = GivenTokens,
    example = json!({
        "tokens": [{
            "id": "5a1f7f0e-94b5-4b0c-9f4b-1d2a6f3c7e10",
            "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
            "name": "The shop's till",
            "scopes": ["read", "send"],
            "device_id": null,
            "created_at": "2026-06-15T12:00:00Z",
            "expires_at": "2026-07-15T12:00:00Z"
        }]
    })
)]
pub struct List {
    tokens: Vec<Shown>,
}

impl Endpoint for ListTokens {
    type Caller = Caller;
    type Reply = List;
    const SUMMARY: &'static str = "Lists the tokens that were given away";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[Param::query("user_id")];

    fn needs(_: &Method) -> Needs {
        Needs::OwnToken
    }

    fn refusals() -> Vec<Failure> {
        vec![NO_USER, OUT_OF_REACH]
    }

    async fn answer(self, context: Context<Caller>) -> Result<List, Failure> {
        let user = holder(&context.api, context.caller, self.user_id).await?;
        let tokens = context.api.store.given_tokens(&user).await;
        let tokens =
            tokens.map_err(|error| Failure::of_store("tokens could not be listed", &error))?;
        let tokens = tokens.into_iter().map(Shown::from).collect();
        Ok(List { tokens })
    }
}
