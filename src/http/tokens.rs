//! Tokens to give away: limited in what they may, which device they know and how long they last.

pub mod create;
pub mod delete;
pub mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::users::change::permitted;
use crate::accounts::roles::Action;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::ids::{DeviceId, TokenId, UserId};
use crate::store::accounts::{Caller, Scope, User};
use crate::store::given_tokens::GivenToken;

const OPERATION: Operation = Operation::new("token", Envelope::Flat);
const NOT_FOUND: Failure = Failure::NotFound("token not found");

/// A token without the token.
#[derive(Serialize, ToSchema)]
#[schema(as = GivenToken)]
pub struct Shown {
    id: TokenId,
    /// Whom it stands for.
    user_id: UserId,
    name: String,
    /// What it is good for.
    scopes: Vec<Scope>,
    /// The only device that it knows of; null: all of the user's.
    device_id: Option<DeviceId>,
    created_at: DateTime<Utc>,
    /// Null: never.
    expires_at: Option<DateTime<Utc>>,
}

impl From<GivenToken> for Shown {
    fn from(token: GivenToken) -> Self {
        Self {
            id: token.id,
            user_id: token.user,
            name: token.name,
            scopes: token.scopes.list(),
            device_id: token.device,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// Whose tokens the caller means: its own, or those of a user whom it has charge of.
async fn holder(api: &Api, caller: Caller, user: Option<UserId>) -> Result<User, Failure> {
    let user = user.unwrap_or(caller.user);
    let (_, user) = permitted(api, caller, user, &[Action::GiveTokens]).await?;
    Ok(user)
}
