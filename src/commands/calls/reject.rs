//! POST /calls/reject — declines a call that rings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::text::NonBlank;
use crate::device::session::Session;
use crate::failure::Failure;
use crate::jid::Person;

/// Which call.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"call_id": "3EB0C431D17A2B6E9F0C", "from": "5511999999999"}))]
pub struct RejectCall {
    /// As the event `call.offer` has it.
    #[schema(value_type = String, min_length = 1)]
    call_id: NonBlank,
    /// Who calls: a phone number or a JID.
    #[schema(value_type = String, example = "5511999999999")]
    from: Person,
}

/// WhatsApp has been told. Whether it still rang is not known.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedCall {}

impl Command for RejectCall {
    type Reply = RejectedCall;
    const SUMMARY: &'static str = "Declines a call that rings, for all devices of the account";
    const OPERATION: Operation =
        Operation::new("reject_call", Envelope::Flat).failing_with("failed to reject call");

    async fn run(self, session: Session) -> Result<RejectedCall, Failure> {
        let id = self.call_id.as_str();
        session.calls().reject(id, &self.from).await?;
        Ok(RejectedCall {})
    }
}
