//! POST /pair/{secret}/code — a code to type on the phone, for whoever has a link.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Customer, OPERATION, SECRET};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::{Backoff, Failure};
use crate::http::devices::paircode::{code_to_type, with_dash};
use crate::http::devices::passkey::PASSKEY;
use crate::http::devices::qr::ALREADY_CONNECTED;
use crate::http::endpoint::{Context, Endpoint};
use crate::jid::PhoneNumber;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"phone": "5511999999999"}))]
pub struct AskForCode {
    /// The account's number with country code.
    #[schema(value_type = String)]
    pub phone: PhoneNumber,
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = CodeByLink,
    example = json!({"code": "ABCD-1234", "expires_at": "2026-06-15T12:03:00Z"})
)]
pub struct Code {
    /// XXXX-XXXX
    code: String,
    expires_at: DateTime<Utc>,
}

impl Endpoint for AskForCode {
    type Caller = Customer;
    type Reply = Code;
    const SUMMARY: &'static str = "Shows whoever has a link a code to type on the phone";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[SECRET];

    fn refusals() -> Vec<Failure> {
        vec![
            ALREADY_CONNECTED,
            PASSKEY,
            Failure::RateLimited(Backoff::told(None)),
        ]
    }

    async fn answer(self, context: Context<Customer>) -> Result<Code, Failure> {
        let link = context.caller.link;
        if link.used {
            return Err(ALREADY_CONNECTED);
        }
        let code = code_to_type(&context.api, link.device, self.phone, false).await?;
        Ok(Code {
            code: with_dash(&code.code),
            expires_at: code.expires_at.trunc_subsecs(0),
        })
    }
}
