//! POST /payment/request — asks somebody for money.

use chrono::{TimeDelta, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentSum, payment};
use crate::commands::send::SentTo;
use crate::commands::{Command, Input};
use crate::contract::bounded::AnyBody;
use crate::contract::money::{Currency, MinorUnits, Sum};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

/// How long a request stands where nothing else is said.
const STANDS: TimeDelta = TimeDelta::days(7);

/// The end of what can be meant: later than this are milliseconds.
const LATEST: TimeDelta = TimeDelta::days(3660);

/// Whom to ask for how much.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    as = RequestPayment,
    example = json!({
        "to": "5511999999999",
        "amount": 15000,
        "currency": "BRL",
        "note_message": "Order 1234"
    })
)]
pub struct Wanted {
    /// A phone number, or the JID of a person.
    #[schema(value_type = String, example = "5511999999999")]
    to: Person,
    /// In the currency's smallest unit: 15000 are 150.00 BRL.
    amount: MinorUnits,
    /// ISO 4217.
    currency: Currency,
    /// What it is for.
    note_message: Option<AnyBody>,
    /// Until when it can be paid, in Unix seconds; absent: for a week.
    #[schema(example = 1_893_456_000)]
    expiry_timestamp: Option<i64>,
}

/// Asks for it.
pub struct RequestPayment {
    to: Chat,
    sum: Sum,
    note: Option<String>,
    until: i64,
}

impl Input for Wanted {
    type Command = RequestPayment;

    fn check(self) -> Result<RequestPayment, Invalid> {
        let now = Utc::now();
        let until = match self.expiry_timestamp {
            None => (now + STANDS).timestamp(),
            Some(until) if (now.timestamp()..(now + LATEST).timestamp()).contains(&until) => until,
            Some(_) => {
                let problem =
                    "expiry_timestamp must be in the future, within ten years, in Unix seconds";
                return Err(Invalid::field("expiry_timestamp", problem));
            }
        };
        Ok(RequestPayment {
            to: Chat::Person(self.to),
            sum: Sum {
                units: self.amount,
                currency: self.currency,
            },
            note: self.note_message.map(String::from),
            until,
        })
    }
}

impl Command for RequestPayment {
    type Reply = SentSum;
    const SUMMARY: &'static str = "Asks somebody for money; none moves by it";
    const OPERATION: Operation = payment("request_payment", "Failed to send payment request");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentSum, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let request = Outgoing::payment_request(chat.jid(), self.sum.into(), self.note, self.until);
        let ack = chat.send(request).await?;
        Ok(SentSum {
            sent: SentTo::new(ack, "Payment request sent successfully"),
            amount: self.sum.to_string(),
        })
    }
}
