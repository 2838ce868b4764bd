//! POST /tokens — a token to give away, which is shown this once.

use actix_web::http::Method;
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{OPERATION, Shown, holder};
use crate::accounts::tokens;
use crate::contract::operation::Operation;
use crate::contract::reply::Created;
use crate::failure::{Failure, Invalid};
use crate::http::Api;
use crate::http::devices::create::checked_name;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::http::expiry;
use crate::http::users::{NOT_FOUND as NO_USER, OUT_OF_REACH};
use crate::http::which::NOT_FOUND as NO_DEVICE;
use crate::ids::{DeviceId, TokenId, UserId};
use crate::store::accounts::{Caller, Scope, User};
use crate::store::given_tokens::GivenToken;

/// Ten years, in seconds.
const LONGEST: i64 = 10 * 366 * 24 * 3600;
const TOO_MANY: Failure = Failure::documented(
    409,
    "there are 100 tokens, and no more are kept: delete those that nobody needs",
);

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "The shop's till", "scopes": ["read", "send"], "expires_in": 2_592_000}))]
pub struct CreateToken {
    /// For people; 1 to 100 characters.
    pub name: String,
    /// What it is good for, at least one of them; none includes another.
    pub scopes: Vec<Scope>,
    /// The only device that it shall know of; absent: all of the user's.
    pub device_id: Option<String>,
    /// When it ends; absent: never. Ten years are the longest.
    pub expires_at: Option<DateTime<Utc>>,
    /// The same in seconds from now.
    pub expires_in: Option<i64>,
    /// Whom it shall stand for; absent: the caller.
    pub user_id: Option<UserId>,
}

/// The token at the one moment when it can be shown: only its hash is stored.
#[derive(Serialize, ToSchema)]
#[schema(
    as = CreatedToken,
    example = json!({
        "token": "0d6f1c55-6f0e-4b44-8a0e-7a5cf9f2a1d3",
        "id": "5a1f7f0e-94b5-4b0c-9f4b-1d2a6f3c7e10",
        "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
        "name": "The shop's till",
        "scopes": ["read", "send"],
        "device_id": null,
        "created_at": "2026-06-15T12:00:00Z",
        "expires_at": "2026-07-15T12:00:00Z"
    })
)]
pub struct Given {
    token: String,
    #[serde(flatten)]
    shown: Shown,
}

impl Endpoint for CreateToken {
    type Caller = Caller;
    type Reply = Created<Given>;
    const SUMMARY: &'static str = "Makes a token to give away";
    const OPERATION: Operation = OPERATION;

    fn needs(_: &Method) -> Needs {
        Needs::OwnToken
    }

    fn refusals() -> Vec<Failure> {
        vec![NO_USER, NO_DEVICE, OUT_OF_REACH, TOO_MANY]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Created<Given>, Failure> {
        let Context { api, caller, .. } = context;
        let name = checked_name(&self.name)?.to_owned();
        if self.scopes.is_empty() {
            let problem = "scopes must name at least one of read, send and manage";
            return Err(Invalid::field("scopes", problem).into());
        }
        let expires_at = expiry::end(self.expires_at, self.expires_in, LONGEST)?;
        let user = holder(&api, caller, self.user_id).await?;
        let device = device(&api, &user, self.device_id.as_deref()).await?;
        let (token, hash) = tokens::generate();
        let given = GivenToken {
            id: TokenId::random(),
            user: user.id,
            device,
            name,
            scopes: self.scopes.into_iter().collect(),
            created_at: Utc::now().trunc_subsecs(0),
            expires_at,
        };
        let added = api.store.give_token(&given, hash).await;
        let added =
            added.map_err(|error| Failure::of_store("a token could not be stored", &error))?;
        if !added {
            return Err(TOO_MANY);
        }
        info!(token.id = %given.id, user.id = %user.id, "token given");
        let shown = Shown::from(given);
        Ok(Created(Given { token, shown }))
    }
}

/// The device of this user that the request names.
async fn device(api: &Api, user: &User, id: Option<&str>) -> Result<Option<DeviceId>, Failure> {
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let own = api.store.devices_of(user.tenant_id, user.id).await;
    let own = own.map_err(|error| Failure::of_store("devices could not be listed", &error))?;
    let id: Option<DeviceId> = id.parse().ok();
    let found = own.iter().find(|device| Some(device.id) == id);
    found.map(|device| Some(device.id)).ok_or(NO_DEVICE)
}
