//! Users of a tenant: what concerns people and their tokens, and no device.

pub mod change;
pub mod create;
pub mod delete;
pub mod list;
pub mod promote;
pub mod show;
pub mod update;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::accounts::new_user::{Enrolled, NewUser};
use crate::accounts::passwords::HashError;
use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::accounts::{Credentials, Role, User};
use crate::supervision::supervisor::Remove;

// The contract gives the statuses; these texts and the choice of 400 and 403 are ours.
pub const NOT_FOUND: Failure = Failure::NotFound("user not found");
const ADMINS_ONLY: Failure = Failure::documented(403, "admin role required");
pub const OUT_OF_REACH: Failure =
    Failure::documented(403, "insufficient permissions to manage this user");
const NOT_YOURS_TO_GIVE: Failure =
    Failure::documented(403, "insufficient permissions to assign this role");
const NOT_ONESELF: Failure = Failure::coded(
    400,
    "OWN_ACCOUNT",
    "you cannot deactivate or delete your own account: another admin can",
);
const LAST_ADMIN: Failure = Failure::coded(
    400,
    "LAST_ADMIN",
    "the tenant must keep an active admin: make somebody else an admin first",
);
pub const EMAIL_TAKEN: Failure = Failure::coded(400, "EMAIL_TAKEN", "email is already in use");

/// How a change of a user can be refused.
const NOT_CHANGED: [Failure; 5] = [
    NOT_ONESELF,
    LAST_ADMIN,
    OUT_OF_REACH,
    NOT_YOURS_TO_GIVE,
    NOT_FOUND,
];

/// Devices that are removed at the same time.
const REMOVALS: usize = 64;
/// A life says goodbye within five seconds; then its records are wiped.
const REMOVAL_LIMIT: Duration = Duration::from_secs(30);

/// A user at the one moment when the token can be shown: only its hash is stored.
#[derive(Serialize, ToSchema)]
#[schema(as = UserWithToken)]
pub struct WithToken {
    id: UserId,
    tenant_id: TenantId,
    email: String,
    role: Role,
    token: String,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl WithToken {
    pub fn new(user: User, token: String) -> Self {
        Self {
            id: user.id,
            tenant_id: user.tenant_id,
            email: user.email,
            role: user.role,
            token,
            active: user.active,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A webhook that a new user brings, if it is one.
pub fn check_webhook(api: &Api, url: Option<String>) -> Result<Option<String>, Invalid> {
    match url {
        Some(url) => api.webhooks.check_url(&url).map(|_| Some(url)),
        None => Ok(None),
    }
}

/// What is said of a webhook when a user came with one; nothing otherwise.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookNote)]
pub struct Webhook {
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_configured: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl Webhook {
    pub fn of(credentials: &Credentials, note: &'static str) -> Self {
        let webhook_url = credentials.webhook_url.clone();
        let configured = webhook_url.is_some();
        Self {
            webhook_configured: configured.then_some(true),
            webhook_url,
            note: configured.then_some(note),
        }
    }
}

/// Gives the new user a password, an id and a token.
pub async fn enroll(
    api: &Api,
    new_user: NewUser,
    tenant: TenantId,
    password: String,
) -> Result<Enrolled, Failure> {
    match api.passwords.hash(password).await {
        Ok(hash) => Ok(new_user.enroll(tenant, hash)),
        Err(HashError::Busy) => Err(Failure::Overloaded),
        Err(error) => Err(Failure::internal("a user could not be enrolled", &error)),
    }
}

/// The `{id}` of the path.
pub const ID: Param = Param::path("id");

/// Ends the lives of these devices, wipes their records, and makes router and supervisor forget them.
pub async fn remove_devices(
    api: &Api,
    devices: impl IntoIterator<Item = DeviceId>,
) -> Result<(), Failure> {
    let remove = |device| async move {
        let removed = api.supervisor.send(Remove(device)).timeout(REMOVAL_LIMIT);
        match removed.await {
            Ok(removed) => {
                removed.map_err(|error| Failure::of_store("a device could not be removed", &error))
            }
            Err(error) => Err(Failure::internal(
                "a device was not removed in time",
                &error,
            )),
        }
    };
    let removals = stream::iter(devices).map(remove);
    removals.buffer_unordered(REMOVALS).try_collect().await
}
