//! Talk about payments: asking for money, and what becomes of it. No money moves by any of it.

pub mod cancel;
pub mod decline;
pub mod request;
pub mod send;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::send::SentTo;
use crate::contract::money::Sum;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::text::NonBlank;
use crate::device::session::messages::key::Target;
use crate::device::session::outgoing::payment::Money;
use crate::jid::Person;

const fn payment(name: &'static str, failed: &'static str) -> Operation {
    Operation::new(name, Envelope::Bare)
        .failing_with(failed)
        .to_nobody("Invalid recipient JID: empty recipient")
}

/// Which request for a payment is meant: the message that made it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PaymentRequestKey, example = json!({"id": "3EB0C431D17A2B6E9F0C", "fromMe": false}))]
pub struct RequestKey {
    /// The message's id.
    #[schema(value_type = String, min_length = 1)]
    id: NonBlank,
    /// This account has made the request; absent: as the endpoint needs it.
    #[serde(rename = "fromMe")]
    from_me: Option<bool>,
    /// Who made it: needed for somebody else's in a group, where it is not known here.
    #[schema(value_type = Option<String>)]
    participant: Option<Person>,
}

impl From<RequestKey> for Target {
    fn from(key: RequestKey) -> Self {
        Self {
            id: key.id.into(),
            from_me: key.from_me,
            author: key.participant,
        }
    }
}

impl From<Sum> for Money {
    fn from(sum: Sum) -> Self {
        Self {
            currency: sum.currency.code(),
            minor_units: sum.minor_units(),
            per_unit: sum.per_unit(),
            thousandths: sum.thousandths(),
        }
    }
}

/// A message about a sum that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentSum {
    #[serde(flatten)]
    sent: SentTo,
    /// For people.
    #[schema(example = "150.00 BRL")]
    amount: String,
}
