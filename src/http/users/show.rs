//! GET /users/{id} — one user: oneself, whom one has charge of, or anybody for the master token.

use actix_web::http::Method;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ID, NOT_FOUND, OUT_OF_REACH, change};
use crate::accounts::roles::Action;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::auth::MasterOrCaller;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::ids::{TenantId, UserId};
use crate::store::accounts::{Role, Scope, User};

#[derive(Deserialize, ToSchema)]
pub struct GetUser {
    /// Whom.
    pub id: UserId,
}

/// A user, in the order in which the contract shows one.
#[derive(Serialize, ToSchema)]
#[schema(
    as = ShownUser,
    example = json!({
        "id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
        "email": "ana@example.com",
        "role": "user",
        "active": true,
        "tenant_id": "b7e23ec2-9d2f-4b0e-8a39-2f3a6e5d4c10",
        "created_at": "2026-06-15T12:00:00Z",
        "updated_at": "2026-06-15T12:00:00Z"
    })
)]
pub struct Shown {
    id: UserId,
    email: String,
    role: Role,
    active: bool,
    tenant_id: TenantId,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<User> for Shown {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            role: user.role,
            active: user.active,
            tenant_id: user.tenant_id,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl Endpoint for GetUser {
    type Caller = MasterOrCaller;
    type Reply = Shown;
    const SUMMARY: &'static str = "Shows a user";
    const OPERATION: Operation = Operation::new("user", Envelope::Data);
    const PARAMS: &'static [Param] = &[ID];

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Read)
    }

    fn refusals() -> Vec<Failure> {
        vec![OUT_OF_REACH, NOT_FOUND]
    }

    async fn answer(self, context: Context<MasterOrCaller>) -> Result<Shown, Failure> {
        let api = &context.api;
        match context.caller {
            MasterOrCaller::Master => anybody(api, self.id).await.map(Shown::from),
            MasterOrCaller::Caller(caller) => {
                let permitted = change::permitted(api, caller, self.id, &[Action::See]);
                let (_, user) = permitted.await?;
                Ok(user.into())
            }
        }
    }
}

async fn anybody(api: &Api, id: UserId) -> Result<User, Failure> {
    let found = api.store.user(id).await;
    let found = found.map_err(|error| Failure::of_store("a user could not be read", &error))?;
    found.ok_or(NOT_FOUND)
}
