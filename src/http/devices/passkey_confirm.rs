//! POST /pair/passkey/confirm — somebody has compared the codes of a pairing that WhatsApp checks by passkey.

use serde::Deserialize;
use utoipa::ToSchema;

use super::passkey::{FAILED, NOT_ASKED, Stands, take};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::text::NonBlank;
use crate::device::pairing::passkey::What;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::which::NOT_FOUND;
use crate::store::accounts::Caller;

const TIMED_OUT: Failure = Failure::documented(504, "timeout waiting for WhatsApp");

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "ABCD-1234"}))]
pub struct ConfirmPasskey {
    /// What phone and device both show; the dash may be missing.
    #[schema(value_type = String)]
    pub code: NonBlank,
}

impl Endpoint for ConfirmPasskey {
    type Caller = Caller;
    type Reply = Stands;
    const SUMMARY: &'static str = "Confirms that the phone shows the same code";
    const OPERATION: Operation = Operation::new("passkey", Envelope::Session);
    const NAMES_DEVICE: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ASKED, FAILED, TIMED_OUT]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Stands, Failure> {
        let device = context.locate().await?.ok_or(NOT_FOUND)?;
        take(&context.api, device, What::Confirm(self.code.into())).await
    }
}
