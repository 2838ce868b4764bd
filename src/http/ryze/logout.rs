//! DELETE /api/instance/logout/{instance} — unlinks the device at WhatsApp; the instance and its token stay.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{INSTANCE, Instance, OPERATION, Outcome};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::logout::unlink;
use crate::http::endpoint::{Context, Endpoint};

const FAILED: Failure = Failure::documented(500, "Failed to logout instance");

#[derive(Deserialize, ToSchema)]
pub struct LogoutInstance {}

impl Endpoint for LogoutInstance {
    type Caller = Instance;
    type Reply = Outcome;
    const SUMMARY: &'static str = "Unlinks the instance's device at WhatsApp";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE];

    fn refusals() -> Vec<Failure> {
        vec![Failure::Disconnected, FAILED]
    }

    /// Doing it twice is no error.
    async fn answer(self, context: Context<Instance>) -> Result<Outcome, Failure> {
        let Context { api, caller, .. } = context;
        let before = caller.view(&api).await?;
        if before.is_paired() {
            let unlinked = unlink(&api, caller.caller, caller.device.id).await;
            unlinked.map_err(|failure| match failure {
                // Only a connected device can tell WhatsApp.
                Failure::Disconnected if !before.is_live() => Failure::Disconnected,
                failure if failure.passes() => failure,
                _ => FAILED,
            })?;
        }
        Ok(Outcome::new("Instance logged out", "loggedout"))
    }
}
