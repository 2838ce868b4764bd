//! Users of a tenant: what concerns people and their tokens, and no device.

mod change;
pub mod create;
pub mod delete;
pub mod list;
pub mod promote;
pub mod show;
pub mod update;

use std::str::FromStr;
use std::time::Duration;

use actix_web::HttpRequest;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use super::Api;
use crate::accounts::newcomer::{Enrolled, Newcomer};
use crate::accounts::passwords::HashError;
use crate::failure::{Failure, Invalid};
use crate::ids::{DeviceId, TenantId};
use crate::store::accounts::{Credentials, User};
use crate::supervision::supervisor::Remove;
use crate::telemetry::Chain;

// The contract gives the statuses; these texts and the choice of 400 and 403 are ours.
const NOT_FOUND: Failure = Failure::NotFound("user not found");
const ADMINS_ONLY: Failure = Failure::documented(403, "admin role required");
const OUT_OF_REACH: Failure =
    Failure::documented(403, "insufficient permissions to manage this user");
const NOT_YOURS_TO_GIVE: Failure =
    Failure::documented(403, "insufficient permissions to assign this role");
const NOT_ONESELF: Failure = Failure::documented(
    400,
    "you cannot deactivate or delete your own account: another admin can",
);
const LAST_ADMIN: Failure = Failure::documented(
    400,
    "the tenant must keep an active admin: make somebody else an admin first",
);
pub(super) const EMAIL_TAKEN: Failure = Failure::documented(400, "email is already in use");

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
pub(super) struct WithToken {
    #[serde(flatten)]
    pub user: User,
    pub token: String,
}

/// What is said of a webhook when a user came with one; nothing otherwise.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookNote)]
pub(super) struct Webhook {
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_configured: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl Webhook {
    pub(super) fn of(credentials: &Credentials, note: &'static str) -> Self {
        let webhook_url = credentials.webhook_url.clone();
        let configured = webhook_url.is_some();
        Self {
            webhook_configured: configured.then_some(true),
            webhook_url,
            note: configured.then_some(note),
        }
    }
}

/// Gives the newcomer a password, an id and a token.
pub(super) async fn enroll(
    api: &Api,
    newcomer: Newcomer,
    tenant: TenantId,
    password: String,
) -> Result<Enrolled, Failure> {
    match api.passwords.hash(password).await {
        Ok(hash) => Ok(newcomer.enroll(tenant, hash)),
        Err(HashError::Busy) => Err(Failure::Overloaded),
        Err(error) => Err(Failure::internal("a user could not be enrolled", &error)),
    }
}

fn not_a_uuid() -> Invalid {
    Invalid::field("id", "id must be a UUID")
}

/// The `{id}` of the path.
fn id_in_path<T: FromStr>(request: &HttpRequest) -> Result<T, Invalid> {
    let id = request.match_info().get("id").unwrap_or_default();
    id.parse().map_err(|_| not_a_uuid())
}

/// Ends the lives of these devices, wipes their records, and makes router and supervisor forget them.
pub(super) async fn remove_devices(
    api: &Api,
    devices: impl IntoIterator<Item = DeviceId>,
) -> Result<(), Failure> {
    let remove = |device| async move {
        let removed = api.supervisor.send(Remove(device)).timeout(REMOVAL_LIMIT);
        match removed.await {
            Ok(removed) => {
                removed.map_err(|error| Failure::of_store("a device could not be removed", &error))
            }
            Err(error) => {
                error!(device.id = %device, error = %Chain(&error), "a device could not be removed");
                Err(Failure::Internal)
            }
        }
    };
    let removals = stream::iter(devices).map(remove);
    removals.buffer_unordered(REMOVALS).try_collect().await
}
