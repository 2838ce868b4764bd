//! GET /qr/status — whether a code is there to be scanned, for those who poll.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{follow, locate};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::Which;
use crate::store::accounts::Caller;

/// Unlike its siblings this one must be told which device is meant.
#[derive(Deserialize, ToSchema)]
pub struct GetQrStatus {
    /// Which of the caller's devices.
    pub device_id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = QrStatus, example = json!({"exists": true, "generated_at": "2026-06-15T12:00:00Z"}))]
pub struct CodeStatus {
    exists: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_at: Option<DateTime<Utc>>,
}

impl Endpoint for GetQrStatus {
    type Caller = Caller;
    type Reply = CodeStatus;
    const SUMMARY: &'static str = "Tells whether a pairing code is being shown";
    const OPERATION: Operation = Operation::new("qr", Envelope::Session);
    const PARAMS: &'static [Param] = &[Param::query("device_id")];

    fn refusals() -> Vec<Failure> {
        vec![nobody_named().into()]
    }

    async fn answer(self, context: Context<Caller>) -> Result<CodeStatus, Failure> {
        let which = Which::named(Some(&self.device_id));
        if which == Which::Default {
            return Err(nobody_named().into());
        }
        let mut generated_at = None;
        if let Some(device) = locate(&context.api, context.caller, which).await? {
            let code = follow(&context.api, device).await?.now().qr;
            let valid = code.filter(|code| code.is_valid(Utc::now()));
            generated_at = valid.map(|code| code.generated_at.trunc_subsecs(0));
        }
        Ok(CodeStatus {
            exists: generated_at.is_some(),
            generated_at,
        })
    }
}

fn nobody_named() -> Invalid {
    Invalid::field("device_id", "device_id is required")
}
