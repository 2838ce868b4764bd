//! Talk about payments. No money moves by it: WhatsApp carries the words, and banks do the rest.

use buffa::MessageField;
use wa::message::{
    CancelPaymentRequestMessage, DeclinePaymentRequestMessage, RequestPaymentMessage,
    SendPaymentMessage,
};
use waproto::whatsapp as wa;

use super::Outgoing;
use crate::device::session::messages::payments::Request;

/// So much of a currency.
pub struct Money {
    /// ISO 4217.
    pub currency: &'static str,
    /// In its smallest unit.
    pub minor_units: u64,
    /// How many of these make one of the currency.
    pub per_unit: u32,
    /// In thousandths of the currency.
    pub thousandths: u64,
}

impl Outgoing {
    /// Asks somebody for money. `payer`: their JID. `until`: Unix seconds.
    pub fn payment_request(payer: String, sum: Money, note: Option<String>, until: i64) -> Self {
        let money = wa::Money {
            value: i64::try_from(sum.minor_units).ok(),
            offset: Some(sum.per_unit),
            currency_code: Some(sum.currency.to_owned()),
        };
        let request = RequestPaymentMessage {
            note_message: noted(note),
            currency_code_iso4217: Some(sum.currency.to_owned()),
            amount1000: Some(sum.thousandths),
            request_from: Some(payer),
            expiry_timestamp: Some(until),
            amount: MessageField::some(money),
            ..Default::default()
        };
        Self(wa::Message {
            request_payment_message: MessageField::some(request),
            ..Default::default()
        })
    }

    /// Says that what somebody has asked for is paid. It carries no sum of its own.
    pub fn payment_sent(request: Request, note: Option<String>) -> Self {
        let sent = SendPaymentMessage {
            note_message: noted(note),
            request_message_key: MessageField::some(request.0),
            ..Default::default()
        };
        Self(wa::Message {
            send_payment_message: MessageField::some(sent),
            ..Default::default()
        })
    }

    /// Takes an own request back.
    pub fn payment_cancelled(request: Request) -> Self {
        let cancelled = CancelPaymentRequestMessage {
            key: MessageField::some(request.0),
        };
        Self(wa::Message {
            cancel_payment_request_message: MessageField::some(cancelled),
            ..Default::default()
        })
    }

    /// Says no to what somebody has asked for.
    pub fn payment_declined(request: Request) -> Self {
        let declined = DeclinePaymentRequestMessage {
            key: MessageField::some(request.0),
        };
        Self(wa::Message {
            decline_payment_request_message: MessageField::some(declined),
            ..Default::default()
        })
    }
}

fn noted(note: Option<String>) -> MessageField<wa::Message> {
    let note = note.map(|text| wa::message::ExtendedTextMessage {
        text: Some(text),
        ..Default::default()
    });
    let note = note.map(|note| wa::Message {
        extended_text_message: MessageField::some(note),
        ..Default::default()
    });
    note.into()
}
