//! POST /pair/{secret}/passkey/confirm — somebody with a link has compared the codes of a pairing that WhatsApp checks by passkey.

use super::by_link::ByLink;
use super::state::{self, Shown};
use super::{Customer, OPERATION, SECRET};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::device::pairing::passkey::What;
use crate::failure::Failure;
use crate::http::devices::passkey::{FAILED, NOT_ASKED, TIMED_OUT, take};
use crate::http::devices::passkey_confirm::ConfirmPasskey;
use crate::http::endpoint::{Context, Endpoint};

impl Endpoint for ByLink<ConfirmPasskey> {
    type Caller = Customer;
    type Reply = Shown;
    const SUMMARY: &'static str =
        "Takes from whoever has a link that the phone shows the same code";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[SECRET];

    fn refusals() -> Vec<Failure> {
        vec![NOT_ASKED, FAILED, TIMED_OUT]
    }

    async fn answer(self, context: Context<Customer>) -> Result<Shown, Failure> {
        let what = What::Confirm(self.0.code.into());
        let link = context.caller.link;
        if !link.used {
            take(&context.api, link.device, what).await?;
        }
        state::now(&context.api, &link).await
    }
}
