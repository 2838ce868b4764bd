//! The JSON shapes of answers (`wuts-api`, section 0.3), each in one place.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, to_value};
use utoipa::ToSchema;

use crate::failure::Failure;
use crate::http::wire::{Outcome, outcome};
use crate::operation::{Envelope, Operation};

#[derive(Serialize)]
struct Flat<T> {
    success: bool,
    #[serde(flatten)]
    payload: T,
}

#[derive(Serialize)]
struct Data<T> {
    success: bool,
    data: T,
}

/// 200 with the payload, or the failure's answer.
pub fn respond<T: Serialize>(operation: &Operation, result: Result<T, Failure>) -> HttpResponse {
    respond_as(StatusCode::OK, operation, result)
}

/// Another status than 200 for success.
pub fn respond_as<T: Serialize>(
    status: StatusCode,
    operation: &Operation,
    result: Result<T, Failure>,
) -> HttpResponse {
    let payload = match result {
        Ok(payload) => payload,
        Err(failure) => return refuse(operation, &failure),
    };
    let mut response = HttpResponse::build(status);
    match operation.envelope {
        Envelope::Object | Envelope::Flat | Envelope::Admin | Envelope::Ryze => {
            response.json(Flat {
                success: true,
                payload,
            })
        }
        Envelope::Data | Envelope::Session => response.json(Data {
            success: true,
            data: payload,
        }),
    }
}

/// A refusal with a code, as the status endpoints write it.
#[derive(Serialize, ToSchema)]
#[schema(as = CodedRefusal)]
pub struct Coded {
    success: bool,
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
    success: bool,
    /// For people.
    error: String,
    /// For programs: upper case with underscores.
    error_code: &'static str,
    /// RFC 3339, UTC.
    timestamp: String,
    /// The field at fault, when it is one field.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<Vec<Fault>>,
    /// The message may still arrive; with its id the caller can find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FieldFault)]
struct Fault {
    field: String,
    message: String,
}

/// A refusal in words only, as the pairing and lifecycle endpoints and those for the master token write it.
#[derive(Serialize, ToSchema)]
#[schema(as = TextRefusal)]
pub struct Text {
    success: bool,
    error: String,
}

/// A refusal as the RyzeAPI writes it.
#[derive(Serialize, ToSchema)]
#[schema(as = WordedRefusal)]
pub struct Worded {
    success: bool,
    error: Words,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RefusalWords)]
struct Words {
    message: String,
}

/// The answer to a failure.
pub fn refuse(operation: &Operation, failure: &Failure) -> HttpResponse {
    let outcome = outcome(failure, operation);
    let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(delay) = outcome.retry_after {
        response.insert_header((RETRY_AFTER, delay.as_secs().max(1)));
    }
    response.json(refusal(operation, failure))
}

/// The body of the answer to a failure.
pub fn refusal(operation: &Operation, failure: &Failure) -> Value {
    let outcome = outcome(failure, operation);
    let body = match operation.envelope {
        // The contract documents the 401 of the status endpoints in the standard shape.
        Envelope::Object if outcome.status != 401 => to_value(Coded::new(failure, outcome)),
        Envelope::Object | Envelope::Flat | Envelope::Data => {
            to_value(Standard::new(failure, outcome))
        }
        Envelope::Session | Envelope::Admin => to_value(Text {
            success: false,
            error: outcome.message.into(),
        }),
        Envelope::Ryze => to_value(Worded {
            success: false,
            error: Words {
                message: outcome.message.into(),
            },
        }),
    };
    body.unwrap_or_default()
}

impl Coded {
    fn new(failure: &Failure, outcome: Outcome) -> Self {
        Self {
            success: false,
            error: Code {
                code: outcome.code.into(),
                message: outcome.message.into(),
            },
            message_id: message_id(failure),
        }
    }
}

impl Standard {
    fn new(failure: &Failure, outcome: Outcome) -> Self {
        Self {
            success: false,
            error: outcome.message.into(),
            error_code: outcome.error_code,
            timestamp: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            validation: fault(failure).map(|fault| vec![fault]),
            message_id: message_id(failure),
        }
    }
}

fn fault(failure: &Failure) -> Option<Fault> {
    match failure {
        Failure::Invalid(invalid) => Some(Fault {
            field: invalid.field.clone()?,
            message: invalid.message.clone(),
        }),
        _ => None,
    }
}

fn message_id(failure: &Failure) -> Option<String> {
    match failure {
        Failure::TimedOut { message_id } => message_id.clone(),
        _ => None,
    }
}
