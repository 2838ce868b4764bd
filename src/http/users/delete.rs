//! DELETE /users/{id} — a user and its devices, for good.
//!
//! In this order: the user is deactivated, which is where it is decided and where the token ends; its devices are
//! removed; the rows go. Whatever goes wrong between two steps, asking again takes it up from there.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::change::{self, ATTEMPTS};
use super::{ID, NOT_CHANGED, remove_devices};
use crate::accounts::roles::Action;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::ids::UserId;
use crate::store::accounts::{Caller, Scope};

#[derive(Deserialize, ToSchema)]
pub struct DeleteUser {
    /// Whom.
    pub id: UserId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedUser, example = json!({"message": "User permanently deleted"}))]
pub struct Deleted {
    message: &'static str,
}

impl Endpoint for DeleteUser {
    type Caller = Caller;
    type Reply = Deleted;
    const SUMMARY: &'static str = "Deletes a user with all devices, for good";
    const OPERATION: Operation = Operation::new("user", Envelope::Flat);
    const PARAMS: &'static [Param] = &[ID];

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Manage)
    }

    fn refusals() -> Vec<Failure> {
        NOT_CHANGED.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Deleted, Failure> {
        to_the_end(async move { delete(&context.api, context.caller, self.id).await }).await
    }
}

async fn delete(api: &Api, caller: Caller, id: UserId) -> Result<Deleted, Failure> {
    for _ in 0..ATTEMPTS {
        change::change(api, caller, id, &[Action::Delete]).await?;
        if gone(api, caller, id).await? {
            info!(user.id = %id, "user deleted");
            let message = "User permanently deleted";
            return Ok(Deleted { message });
        }
    }
    Err(Failure::Overloaded)
}

/// Deletes a deactivated user; `false` if somebody activated it again meanwhile, or was quicker.
async fn gone(api: &Api, caller: Caller, id: UserId) -> Result<bool, Failure> {
    let devices = api.store.devices_of(caller.tenant, id).await;
    let devices =
        devices.map_err(|error| Failure::of_store("devices could not be listed", &error))?;
    remove_devices(api, devices.iter().map(|device| device.id)).await?;
    let deleted = api.store.delete_user(caller.tenant, id).await;
    api.tokens.forget_user(id);
    let Some(late) =
        deleted.map_err(|error| Failure::of_store("a user could not be deleted", &error))?
    else {
        return Ok(false);
    };
    // A request from before may have made a device after the list was read.
    remove_devices(api, late).await?;
    Ok(true)
}
