//! DELETE /devices/{deviceID}/pairing-links/{id} — takes a link back.

use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::OPERATION;
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::{DEVICE, in_path};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::users::ID;
use crate::http::which::NOT_FOUND;
use crate::ids::LinkId;
use crate::store::accounts::Caller;

const NO_LINK: Failure = Failure::NotFound("link not found");

#[derive(Deserialize, ToSchema)]
pub struct DeletePairingLink {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// Of the link, as the list of the device's links has it.
    pub id: LinkId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedPairingLink, example = json!({"message": "Link deleted"}))]
pub struct Deleted {
    message: &'static str,
}

impl Endpoint for DeletePairingLink {
    type Caller = Caller;
    type Reply = Deleted;
    const SUMMARY: &'static str = "Takes a link back by which the device can be paired";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[DEVICE, ID];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NO_LINK]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Deleted, Failure> {
        let device = in_path(&context.api, context.caller, &self.device).await?;
        let deleted = context.api.store.delete_pairing_link(device, self.id).await;
        let deleted =
            deleted.map_err(|error| Failure::of_store("a link could not be deleted", &error))?;
        if !deleted {
            return Err(NO_LINK);
        }
        info!(link.id = %self.id, device.id = %device, "pairing link deleted");
        Ok(Deleted {
            message: "Link deleted",
        })
    }
}
