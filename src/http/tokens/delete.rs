//! DELETE /tokens/{id} — ends a token that was given away, at once.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{NOT_FOUND, OPERATION, holder};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::http::users::ID;
use crate::ids::TokenId;
use crate::store::accounts::Caller;

#[derive(Deserialize, ToSchema)]
pub struct DeleteToken {
    /// Of the token, as `GET /tokens` has it.
    pub id: TokenId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedToken, example = json!({"message": "Token deleted"}))]
pub struct Deleted {
    message: &'static str,
}

impl Endpoint for DeleteToken {
    type Caller = Caller;
    type Reply = Deleted;
    const SUMMARY: &'static str = "Ends a token that was given away";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[ID];

    fn needs(_: &Method) -> Needs {
        Needs::OwnToken
    }

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Deleted, Failure> {
        let Context { api, caller, .. } = context;
        let (store, id) = (api.store.clone(), self.id);
        let owner = store.owner_of_token(id).await;
        let owner =
            owner.map_err(|error| Failure::of_store("a token could not be looked up", &error))?;
        let owner = owner.ok_or(NOT_FOUND)?;
        // Whose it is that the caller may not touch, nobody is told.
        let user = holder(&api, caller, Some(owner)).await;
        let user = user.map_err(|failure| match failure.is_refusal() {
            true => NOT_FOUND,
            false => failure,
        })?;
        to_the_end(async move {
            let deleted = store.delete_given_token(user.id, id).await;
            // Also after an error: the change may be durable all the same.
            api.tokens.forget_given(id);
            deleted.map_err(|error| Failure::of_store("a token could not be deleted", &error))?;
            info!(token.id = %id, user.id = %user.id, "token deleted");
            Ok(Deleted {
                message: "Token deleted",
            })
        })
        .await
    }
}
