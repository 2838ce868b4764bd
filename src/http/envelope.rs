//! The JSON shapes of answers (`wuts-api`, section 0.3), each in one place.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::which;
use super::wire::{Outcome, outcome};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Recipient, Reply};
use crate::failure::Failure;

/// The reply in its envelope, or the failure's answer.
pub fn respond<T: Reply>(operation: &Operation, result: Result<T, Failure>) -> HttpResponse {
    match result {
        Ok(reply) => reply.give(Wrap(operation.envelope)),
        Err(failure) => refuse(operation, &failure),
    }
}

/// Puts replies into an envelope.
struct Wrap(Envelope);

impl Recipient for Wrap {
    type Answer = HttpResponse;

    fn json<T: Serialize>(self, status: u16, payload: &T) -> HttpResponse {
        let mut response = with_status(status);
        let success = Constant::<true>;
        match self.0 {
            Envelope::Object
            | Envelope::Flat
            | Envelope::Admin
            | Envelope::Bare
            | Envelope::Ryze => response.json(Flat { success, payload }),
            Envelope::Data | Envelope::Session => response.json(Data {
                success,
                data: payload,
            }),
            Envelope::Open => response.json(payload),
        }
    }

    fn plain<T: Serialize>(self, status: u16, payload: &T) -> HttpResponse {
        with_status(status).json(payload)
    }

    fn bytes(self, content_type: &str, content: Bytes) -> HttpResponse {
        HttpResponse::Ok().content_type(content_type).body(content)
    }
}

/// An answer with this status.
pub fn with_status(status: u16) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(status);
    HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

#[derive(Serialize)]
struct Flat<'a, T> {
    success: Constant<true>,
    #[serde(flatten)]
    payload: &'a T,
}

#[derive(Serialize)]
struct Data<'a, T> {
    success: Constant<true>,
    data: &'a T,
}

/// A boolean that never changes, so that generated clients can tell a success from a refusal by it.
pub struct Constant<const VALUE: bool>;

impl<const VALUE: bool> Serialize for Constant<VALUE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(VALUE)
    }
}

impl<const VALUE: bool> PartialSchema for Constant<VALUE> {
    fn schema() -> RefOr<Schema> {
        let boolean = ObjectBuilder::new().schema_type(Type::Boolean);
        boolean.enum_values(Some([VALUE])).into()
    }
}

impl<const VALUE: bool> ToSchema for Constant<VALUE> {
    fn name() -> Cow<'static, str> {
        VALUE.to_string().into()
    }
}

/// A refusal with a code, as the status endpoints write it.
#[derive(Serialize, ToSchema)]
#[schema(as = CodedRefusal)]
pub struct Coded {
    #[schema(inline)]
    success: Constant<false>,
    error: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RefusalCode)]
struct Code {
    /// For programs: lower case with underscores.
    code: String,
    /// For people.
    message: String,
}

/// The documented standard of a refusal.
#[derive(Serialize, ToSchema)]
#[schema(as = StandardRefusal)]
pub struct Standard {
    #[schema(inline)]
    success: Constant<false>,
    /// For people.
    error: String,
    /// For programs: upper case with underscores.
    error_code: &'static str,
    /// RFC 3339, UTC.
    timestamp: String,
    /// The field at fault, when it is one field.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<Vec<Fault>>,
    /// Of a message of which WhatsApp has said nothing, or no: with its id the caller can find out what has become of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    /// What to do first.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FieldFault)]
struct Fault {
    field: String,
    message: String,
    /// What stood there, where it is short and no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<Value>>,
}

/// A refusal in words only, as the pairing and lifecycle endpoints and those for the master token write it.
#[derive(Serialize, ToSchema)]
#[schema(as = TextRefusal)]
pub struct Text {
    #[schema(inline)]
    success: Constant<false>,
    error: String,
    /// What to do first.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

/// A refusal of the older send endpoints and of payments.
#[derive(Serialize, ToSchema)]
#[schema(as = BareRefusal)]
pub struct Bare {
    error: String,
    /// Of a message of which WhatsApp has said nothing, or no: with its id the caller can find out what has become of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    /// What to do first.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

/// A refusal as the RyzeAPI writes it.
#[derive(Serialize, ToSchema)]
#[schema(as = WordedRefusal)]
pub struct Worded {
    #[schema(inline)]
    success: Constant<false>,
    error: Words,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RefusalWords)]
struct Words {
    message: String,
}

/// The body of a refusal, in one of the shapes.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Refusal {
    Coded(Coded),
    Standard(Standard),
    Text(Text),
    Bare(Bare),
    Worded(Worded),
}

/// The answer to a failure.
pub fn refuse(operation: &Operation, failure: &Failure) -> HttpResponse {
    let outcome = outcome(failure, operation);
    let mut response = with_status(outcome.status);
    if let Some(delay) = outcome.retry_after {
        response.insert_header((RETRY_AFTER, delay.as_secs().max(1)));
    }
    response.json(refusal(operation, failure))
}

/// The body of the answer to a failure.
pub fn refusal(operation: &Operation, failure: &Failure) -> Refusal {
    let outcome = outcome(failure, operation);
    let success = Constant::<false>;
    match shape(operation.envelope, outcome.status) {
        Shape::Coded => Refusal::Coded(Coded {
            success,
            error: Code {
                code: outcome.code.into(),
                message: outcome.message.into(),
            },
            message_id: message_id(failure),
        }),
        Shape::Standard => Refusal::Standard(Standard::new(failure, outcome)),
        Shape::Text => Refusal::Text(Text {
            success,
            error: outcome.message.into(),
            hint: hint(failure),
        }),
        Shape::Bare => Refusal::Bare(Bare {
            error: outcome.message.into(),
            message_id: message_id(failure),
            hint: hint(failure),
        }),
        Shape::Worded => Refusal::Worded(Worded {
            success,
            error: Words {
                message: outcome.message.into(),
            },
        }),
    }
}

/// The shapes of refusals.
#[derive(Clone, Copy)]
pub enum Shape {
    Coded,
    Standard,
    Text,
    Bare,
    Worded,
}

/// Which shape a family has for a status.
pub fn shape(envelope: Envelope, status: u16) -> Shape {
    match envelope {
        // The contract documents the 401 of the status endpoints in the standard shape.
        Envelope::Object if status != 401 => Shape::Coded,
        Envelope::Object | Envelope::Flat | Envelope::Data | Envelope::Open => Shape::Standard,
        Envelope::Session | Envelope::Admin => Shape::Text,
        Envelope::Bare => Shape::Bare,
        Envelope::Ryze => Shape::Worded,
    }
}

impl Standard {
    fn new(failure: &Failure, outcome: Outcome) -> Self {
        Self {
            success: Constant,
            error: outcome.message.into(),
            error_code: outcome.error_code,
            timestamp: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            validation: fault(failure).map(|fault| vec![fault]),
            message_id: message_id(failure),
            hint: hint(failure),
        }
    }
}

/// The contract's text says that there is no device, and not what can be done about it.
fn hint(failure: &Failure) -> Option<&'static str> {
    (*failure == Failure::NoDevice || *failure == which::NOT_FOUND).then_some(
        "GET /devices lists your devices; pair one first: POST /devices makes one, then scan what GET /qr shows, or type \
         what POST /paircode answers into the phone",
    )
}

fn fault(failure: &Failure) -> Option<Fault> {
    match failure {
        Failure::Invalid(invalid) => Some(Fault {
            field: invalid.field.clone()?,
            message: invalid.message.clone(),
            value: invalid.value.clone(),
        }),
        _ => None,
    }
}

fn message_id(failure: &Failure) -> Option<String> {
    match failure {
        Failure::TimedOut { message_id } => message_id.clone(),
        Failure::NotAccepted(refusal) => Some(refusal.message_id.clone()),
        Failure::Unheard { message_id, .. } => Some(message_id.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use serde_json::json;

    use super::*;

    #[derive(Serialize, ToSchema)]
    struct Sent {
        message_id: &'static str,
    }

    /// Status and body of the answer, in the order in which it is written.
    async fn written(envelope: Envelope, result: Result<Sent, Failure>) -> (u16, String) {
        let operation = Operation::new("send", envelope).failing_with("failed to send");
        let answer = respond(&operation, result);
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body()).await.expect("a body");
        (status, String::from_utf8(body.into()).expect("UTF-8"))
    }

    #[actix_web::test]
    async fn every_family_wraps_and_refuses_in_its_own_shape() {
        let flat = r#"{"success":true,"message_id":"3EB0"}"#;
        let data = r#"{"success":true,"data":{"message_id":"3EB0"}}"#;
        let text = r#"{"success":false,"error":"failed to send"}"#;
        let table = [
            (
                Envelope::Object,
                flat,
                r#"{"success":false,"error":{"code":"send_failed","message":"failed to send"}}"#,
            ),
            (Envelope::Session, data, text),
            (Envelope::Admin, flat, text),
            (
                Envelope::Bare,
                flat,
                r#"{"error":"failed to send: refused by WhatsApp (479)"}"#,
            ),
            (
                Envelope::Ryze,
                flat,
                r#"{"success":false,"error":{"message":"failed to send: refused by WhatsApp (479)"}}"#,
            ),
        ];
        for (envelope, success, refusal) in table {
            let sent = Ok(Sent { message_id: "3EB0" });
            assert_eq!(written(envelope, sent).await, (200, success.to_owned()));
            let refused = Err(Failure::Refused("479".to_owned()));
            assert_eq!(written(envelope, refused).await.1, refusal, "{envelope:?}");
        }
        let missing = written(Envelope::Bare, Err(Failure::Unauthorized)).await;
        assert_eq!(
            missing,
            (401, json!({ "error": "unauthorized" }).to_string())
        );
    }
}
