//! POST /api/instance/reconnect/{instance} — begins to connect with the stored session; the list tells how it went.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{INSTANCE, Instance, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::connect::begin;
use crate::http::endpoint::{Context, Endpoint};

const NO_SESSION: Failure =
    Failure::documented(400, "Instance has no saved session — call /connect first");

#[derive(Deserialize, ToSchema)]
pub struct ReconnectInstance {}

#[derive(Serialize, ToSchema)]
#[schema(
    as = InstanceReconnect,
    example = json!({"message": "Reconnect initiated", "status": "connecting"})
)]
pub struct Begun {
    message: &'static str,
    status: &'static str,
}

impl Endpoint for ReconnectInstance {
    type Caller = Instance;
    type Reply = Begun;
    const SUMMARY: &'static str = "Begins to connect with the stored session";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE];

    fn refusals() -> Vec<Failure> {
        vec![NO_SESSION, not_begun(Failure::Internal)]
    }

    async fn answer(self, context: Context<Instance>) -> Result<Begun, Failure> {
        let Context { api, caller, .. } = context;
        if !caller.view(&api).await?.is_paired() {
            return Err(NO_SESSION);
        }
        begin(&api, caller.device.id).await.map_err(not_begun)?;
        Ok(Begun {
            message: "Reconnect initiated",
            status: "connecting",
        })
    }
}

fn not_begun(failure: Failure) -> Failure {
    if failure.passes() {
        return failure;
    }
    Failure::told(500, format!("Failed to reconnect: {failure}"))
}
