//! The JSON shapes of answers (`wuts-api`, section 0.3), each in one place.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{Envelope, Failure, Operation, Outcome, outcome};

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

/// The answer to a failure.
pub fn refuse(operation: &Operation, failure: &Failure) -> HttpResponse {
    let outcome = outcome(failure, operation);
    let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(delay) = outcome.retry_after {
        response.insert_header((RETRY_AFTER, delay.as_secs().max(1)));
    }
    response.json(refusal(operation, failure, &outcome))
}

fn refusal(operation: &Operation, failure: &Failure, outcome: &Outcome) -> Value {
    let mut body = match operation.envelope {
        // The contract documents the 401 of the status endpoints in the standard shape.
        Envelope::Object if outcome.status == 401 => standard(failure, outcome),
        Envelope::Object => json!({
            "success": false,
            "error": { "code": outcome.code, "message": outcome.message },
        }),
        Envelope::Flat | Envelope::Data => standard(failure, outcome),
        Envelope::Session | Envelope::Admin => {
            json!({ "success": false, "error": outcome.message })
        }
        Envelope::Ryze => json!({ "success": false, "error": { "message": outcome.message } }),
    };
    if let Failure::TimedOut {
        message_id: Some(id),
    } = failure
    {
        // The message may still arrive; with its id the caller can find out.
        body["message_id"] = json!(id);
    }
    body
}

fn standard(failure: &Failure, outcome: &Outcome) -> Value {
    let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut body = json!({
        "success": false,
        "error": outcome.message,
        "error_code": outcome.error_code,
        "timestamp": timestamp,
    });
    if let Failure::Invalid(invalid) = failure
        && let Some(field) = &invalid.field
    {
        body["validation"] = json!([{ "field": field, "message": invalid.message }]);
    }
    body
}
