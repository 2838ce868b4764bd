//! POST /payment/decline — says no to somebody's request for money.

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
        "request_message_key": {"id": "3EB0C431D17A2B6E9F0C", "fromMe": false}
    })
)]
pub struct DeclinePayment {
    /// The chat of the request: a phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    request_message_key: RequestKey,
}

impl Command for DeclinePayment {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Says no to somebody's request for money";
    const OPERATION: Operation = payment("decline_payment", "Failed to decline payment request");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let request = self.request_message_key.into();
        let request = chat.payment_request(request, false).await?;
        let ack = chat.send(Outgoing::payment_declined(request)).await?;
        Ok(SentTo::new(ack, "Payment request declined successfully"))
    }
}
