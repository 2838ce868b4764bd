//! DELETE /users/{id} — a user and its devices, for good.
//!
//! In this order: the user is deactivated, which is where it is decided and where the token ends; its devices are
//! removed; the rows go. Whatever goes wrong between two steps, asking again takes it up from there.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

use super::change::{self, ATTEMPTS};
use super::{NOT_CHANGED, id_in_path, not_a_uuid, remove_devices};
use crate::accounts::roles::Action;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, envelope};
use crate::ids::UserId;
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Caller;

const OPERATION: Operation = Operation::new("user", Envelope::Flat);

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedUser, example = json!({"message": "User permanently deleted"}))]
struct Deleted {
    message: &'static str,
}

pub fn about() -> About {
    About::new("Deletes a user with all devices, for good", &OPERATION)
        .gives::<Deleted>()
        .refuses(NOT_CHANGED)
        .refuses([not_a_uuid().into()])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, delete(&request, api).await)
}

async fn delete(request: &HttpRequest, api: web::Data<Api>) -> Result<Deleted, Failure> {
    let caller = api.caller(request).await?;
    let id: UserId = id_in_path(request)?;
    to_the_end(async move {
        for _ in 0..ATTEMPTS {
            change::change(&api, caller, id, &[Action::Delete]).await?;
            if gone(&api, caller, id).await? {
                info!(user.id = %id, "user deleted");
                let message = "User permanently deleted";
                return Ok(Deleted { message });
            }
        }
        Err(Failure::Overloaded)
    })
    .await
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
