//! GET /devices/{deviceID}/pairing-links — the links that can still be used, without their secrets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OPERATION;
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::{DEVICE, in_path};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::LinkId;
use crate::store::accounts::Caller;
use crate::store::pairing_links::PairingLink;

#[derive(Deserialize, ToSchema)]
pub struct ListPairingLinks {
    /// One of the caller's devices.
    #[serde(rename = "deviceID")]
    pub device: String,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = PairingLinks,
    example = json!({
        "links": [{
            "id": "3f1c2a9e-8d51-4d0a-9a4b-6f1e2d3c4b5a",
            "created_at": "2026-06-15T12:00:00Z",
            "expires_at": "2026-06-16T12:00:00Z"
        }]
    })
)]
pub struct List {
    links: Vec<Listed>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PairingLink)]
struct Listed {
    id: LinkId,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<PairingLink> for Listed {
    fn from(link: PairingLink) -> Self {
        Self {
            id: link.id,
            created_at: link.created_at,
            expires_at: link.expires_at,
        }
    }
}

impl Endpoint for ListPairingLinks {
    type Caller = Caller;
    type Reply = List;
    const SUMMARY: &'static str = "Lists the links by which the device can be paired";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[DEVICE];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Caller>) -> Result<List, Failure> {
        let device = in_path(&context.api, context.caller, &self.device).await?;
        let links = context.api.store.pairing_links(device).await;
        let links =
            links.map_err(|error| Failure::of_store("links could not be listed", &error))?;
        let links = links.into_iter().map(Listed::from).collect();
        Ok(List { links })
    }
}
