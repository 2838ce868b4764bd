//! POST /payment/cancel — takes an own request for money back.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{RequestKey, payment};
use crate::commands::Command;
use crate::commands::send::SentTo;
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::Failure;
use crate::jid::Chat;

/// Which request.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "request_message_key": {"id": "3EB0C431D17A2B6E9F0C", "fromMe": true}
    })
)]
pub struct CancelPayment {
    /// The chat of the request: a phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    request_message_key: RequestKey,
}

impl Command for CancelPayment {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Takes an own request for money back";
    const OPERATION: Operation = payment("cancel_payment", "Failed to cancel payment request");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let request = self.request_message_key.into();
        let request = chat.payment_request(request, true).await?;
        let ack = chat.send(Outgoing::payment_cancelled(request)).await?;
        Ok(SentTo::new(ack, "Payment request cancelled successfully"))
    }
}
