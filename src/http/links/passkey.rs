//! POST /pair/{secret}/passkey — what a browser has answered for the account's passkey, for whoever has a link.

use super::by_link::ByLink;
use super::state::{self, Shown};
use super::{Customer, OPERATION, SECRET};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::device::pairing::passkey::What;
use crate::failure::Failure;
use crate::http::devices::passkey::AnswerPasskey;
use crate::http::devices::passkey::{FAILED, NOT_ASKED, TIMED_OUT, take};
use crate::http::endpoint::{Context, Endpoint};

impl Endpoint for ByLink<AnswerPasskey> {
    type Caller = Customer;
    type Reply = Shown;
    const SUMMARY: &'static str =
        "Takes a browser's answer for the passkey from whoever has a link";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[SECRET];

    fn refusals() -> Vec<Failure> {
        vec![NOT_ASKED, FAILED, TIMED_OUT]
    }

    async fn answer(self, context: Context<Customer>) -> Result<Shown, Failure> {
        let what = What::Answer(self.0.assertion()?);
        let link = context.caller.link;
        if !link.used {
            take(&context.api, link.device, what).await?;
        }
        state::now(&context.api, &link).await
    }
}
