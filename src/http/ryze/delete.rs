//! DELETE /api/instance/delete/{instance} — an instance, its session and its token, for good. For accounts only.

use actix_web::{HttpRequest, HttpResponse, web};
use tracing::info;

use super::{NOT_FOUND, OPERATION, Outcome, about as about_any, account, instance, view};
use crate::failure::Failure;
use crate::http::instances::logout::unlink;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::users::remove_devices;
use crate::http::{Api, envelope};
use crate::store::accounts::Caller;
use crate::store::devices::Device;

pub fn about() -> About {
    about_any("Deletes an instance for good", &OPERATION)
        .gives::<Outcome>()
        .refuses([NOT_FOUND, not_gone(Failure::Internal)])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, delete(&request, api).await)
}

async fn delete(request: &HttpRequest, api: web::Data<Api>) -> Result<Outcome, Failure> {
    account(request)?;
    let (caller, device) = instance(request, &api).await?;
    to_the_end(async move { gone(&api, caller, &device).await.map_err(not_gone) }).await?;
    Ok(Outcome::new("Instance deleted", "deleted"))
}

/// In this order: the phone no longer lists the device, its records go, its row and its token go. Whatever goes wrong
/// between two steps, asking again takes it up from there.
async fn gone(api: &Api, caller: Caller, device: &Device) -> Result<(), Failure> {
    let live = view(api, device).await.is_ok_and(|view| view.is_live());
    let device = device.id;
    if live && let Err(failure) = unlink(api, caller, device).await {
        // It is not to be in the way: the owner can unlink the device on the phone.
        info!(device.id = %device, reason = %failure, "a device could not be unlinked before it was deleted");
    }
    remove_devices(api, [device]).await?;
    let deleted = api.store.delete_device(device).await;
    api.tokens.forget_device(device);
    deleted.map_err(|error| Failure::of_store("a device could not be deleted", &error))?;
    info!(device.id = %device, "device deleted");
    Ok(())
}

fn not_gone(failure: Failure) -> Failure {
    Failure::Documented {
        status: 500,
        text: format!("Failed to delete instance: {failure}").into(),
    }
}
