//! POST /devices/{deviceID}/pairing-links — a link by which somebody without a token pairs the device.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{CallerHere, OPERATION, generate};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::contract::reply::Created;
use crate::failure::Failure;
use crate::http::devices::qr::{ALREADY_CONNECTED, check_unpaired};
use crate::http::devices::{DEVICE, follow, in_path};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::ids::LinkId;
use crate::store::pairing_links::PairingLink;

/// In seconds: five minutes, a day, thirty days.
const SHORTEST: i64 = 300;
const USUALLY: i64 = 24 * 3600;
const LONGEST: i64 = 30 * 24 * 3600;
const TOO_MANY: Failure = Failure::documented(
    409,
    "the device has 20 links, and no more are kept: delete those that nobody needs",
);

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"expires_in": 86400}))]
pub struct CreatePairingLink {
    /// One of the caller's devices, not paired.
    #[serde(rename = "deviceID")]
    pub device: String,
    /// For how many seconds it is good; a day unless given, at least 300, at most 30 days.
    pub expires_in: Option<i64>,
}

/// The link at the one moment when it can be shown: only a hash of its secret is stored.
#[derive(Serialize, ToSchema)]
#[schema(
    as = CreatedPairingLink,
    example = json!({
        "id": "3f1c2a9e-8d51-4d0a-9a4b-6f1e2d3c4b5a",
        "url": "https://wuts.example.com/pair/5m0cA4Jx1WQ2nq1fP0j7oVYx6m3vE8k2rT9uB4sD1zg",
        "expires_at": "2026-06-16T12:00:00Z"
    })
)]
pub struct Link {
    id: LinkId,
    url: String,
    expires_at: DateTime<Utc>,
}

impl Endpoint for CreatePairingLink {
    type Caller = CallerHere;
    type Reply = Created<Link>;
    const SUMMARY: &'static str = "Makes a link by which somebody without a token pairs the device";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[DEVICE];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, ALREADY_CONNECTED, TOO_MANY]
    }

    async fn answer(self, context: Context<CallerHere>) -> Result<Created<Link>, Failure> {
        let Context { api, caller, .. } = context;
        let device = in_path(&api, caller.caller, &self.device).await?;
        check_unpaired(&follow(&api, device).await?.now())?;
        let seconds = self.expires_in.unwrap_or(USUALLY).clamp(SHORTEST, LONGEST);
        let now = Utc::now().trunc_subsecs(0);
        let link = PairingLink {
            id: LinkId::random(),
            device,
            created_at: now,
            expires_at: now + TimeDelta::seconds(seconds),
            used: false,
        };
        let (secret, hash) = generate();
        let added = api.store.add_pairing_link(&link, hash).await;
        let added =
            added.map_err(|error| Failure::of_store("a link could not be stored", &error))?;
        if !added {
            return Err(TOO_MANY);
        }
        info!(link.id = %link.id, device.id = %device, "pairing link made");
        Ok(Created(Link {
            id: link.id,
            url: format!("{}/pair/{secret}", caller.base),
            expires_at: link.expires_at,
        }))
    }
}
