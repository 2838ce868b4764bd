//! POST /logout — unlinks the device at WhatsApp and wipes its credentials.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{follow, several};
use crate::commands::Command;
use crate::commands::logout::Logout;
use crate::contract::operation::Operation;
use crate::device::exit::ExitReason;
use crate::failure::Failure;
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::execute::{dispatch, terms};
use crate::http::which::NOT_FOUND;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;

/// Saying goodbye and wiping the records.
const LIMIT: Duration = Duration::from_secs(15);

#[derive(Deserialize, ToSchema)]
pub struct LogoutInstance {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = LoggedOut,
    example = json!({
        "message": "device logged out successfully",
        "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    })
)]
pub struct LoggedOut {
    message: &'static str,
    device_id: DeviceId,
}

impl Endpoint for LogoutInstance {
    type Caller = Caller;
    type Reply = LoggedOut;
    const SUMMARY: &'static str = Logout::SUMMARY;
    const OPERATION: Operation = Logout::OPERATION;
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![
            several().into(),
            NOT_FOUND,
            Failure::Refused(String::new()),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]
    }

    async fn answer(self, context: Context<Caller>) -> Result<LoggedOut, Failure> {
        let device = context.locate_for_good().await?.ok_or(NOT_FOUND)?;
        unlink(&context.api, context.caller, device).await?;
        Ok(LoggedOut {
            message: "device logged out successfully",
            device_id: device,
        })
    }
}

/// Unlinks a connected device, and waits until its credentials are gone.
pub async fn unlink(api: &Api, caller: Caller, device: DeviceId) -> Result<(), Failure> {
    // WhatsApp does not take it back: nothing is unlinked that could not be wiped here.
    let ready = api.store.ready().await;
    ready.map_err(|error| Failure::of_store("a device was not unlinked", &error))?;
    let mut watch = follow(api, device).await?;
    let before = watch.now();
    let terms = terms::<Logout>(api, &caller, api.room(&caller), None);
    let unlinked = dispatch(api, caller, Some(device), terms, Logout {}).await;
    match unlinked {
        Ok(_) => {}
        // WhatsApp may end the connection before its answer is read; how the life ended tells.
        Err(Failure::Disconnected) if before.is_live() => {}
        Err(failure) => return Err(failure),
    }
    let wiped = watch.until(LIMIT, |view| {
        !view.is_paired() || view.is_live() && view.exits > before.exits
    });
    match wiped.await {
        Some(view) if !view.is_paired() => Ok(()),
        Some(view) if view.last_exit == Some(ExitReason::StoreFailed) => Err(Failure::Unavailable),
        _ => Err(Failure::Disconnected),
    }
}
