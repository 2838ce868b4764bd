//! POST /payment/send — says that what somebody has asked for is paid.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{RequestKey, SentSum, payment};
use crate::commands::Command;
use crate::commands::send::SentTo;
use crate::contract::bounded::AnyBody;
use crate::contract::money::{Currency, MinorUnits, Sum};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::Failure;
use crate::jid::Chat;

/// Which request is paid, and how much was.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "request_message_key": {"id": "3EB0C431D17A2B6E9F0C", "fromMe": false},
        "amount": 15000,
        "currency": "BRL",
        "note_message": "Thank you"
    })
)]
pub struct SendPaymentNotification {
    /// The chat of the request: a phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    request_message_key: RequestKey,
    /// In the currency's smallest unit. The answer shows it; the message has no place for it.
    amount: MinorUnits,
    /// ISO 4217.
    currency: Currency,
    note_message: Option<AnyBody>,
}

impl Command for SendPaymentNotification {
    type Reply = SentSum;
    const SUMMARY: &'static str =
        "Says that somebody's request for money is paid; none moves by it";
    const OPERATION: Operation = payment("send_payment", "Failed to send payment notification");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentSum, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let request = self.request_message_key.into();
        let request = chat.payment_request(request, false).await?;
        let note = self.note_message.map(String::from);
        let ack = chat.send(Outgoing::payment_sent(request, note)).await?;
        let sum = Sum {
            units: self.amount,
            currency: self.currency,
        };
        Ok(SentSum {
            sent: SentTo::new(ack, "Payment notification sent successfully"),
            amount: sum.to_string(),
        })
    }
}
