//! The one table from failures to answers: statuses, codes and texts.

use std::borrow::Cow;
use std::time::Duration;

use crate::contract::operation::{Envelope, Operation};
use crate::failure::{Failure, Flaw, Invalid, unheard};

/// RyzeAPI's text for a body that is no JSON object.
const BAD_BODY: &str = "Invalid request body";

/// What is said of a group's id that stands alone.
const GROUP: &str = "a group's JID ends in @g.us";

/// How a failure reaches the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: u16,
    /// `lower_snake`, for the object envelope and for metrics.
    pub code: Cow<'static, str>,
    /// `UPPER_SNAKE`, for the standard envelope.
    pub error_code: &'static str,
    pub message: Cow<'static, str>,
    /// For `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// The one table from failures to answers.
pub fn outcome(failure: &Failure, operation: &Operation) -> Outcome {
    if let Failure::During(step, failure) = failure {
        let mut operation = *operation;
        (operation.name, operation.failed) = (step.name, step.failed);
        return outcome(failure, &operation);
    }
    if let Failure::Unheard {
        why,
        left,
        message_id,
    } = failure
    {
        let mut outcome = outcome(why, operation);
        if operation.envelope == Envelope::Ryze && *left {
            let ask = "GET /api/chat/status/{instance}?messageId=";
            let said = format!("it may have been sent: ask {ask}{message_id}");
            outcome.message = format!("{}: {said}", outcome.message).into();
            return outcome;
        }
        // The contract has a text for it.
        if operation.envelope != Envelope::Object {
            outcome.message = format!("{}: {}", outcome.message, unheard(left)).into();
        }
        return outcome;
    }
    if let Failure::Partly { why, said } = failure {
        let mut outcome = outcome(why, operation);
        outcome.message = format!("{}: {said}", outcome.message).into();
        return outcome;
    }
    let (status, code, error_code): (u16, Cow<'static, str>, &'static str) = match failure {
        Failure::Invalid(invalid) if invalid.flaw == Flaw::Media => {
            (400, "invalid_media".into(), "VALIDATION_ERROR")
        }
        Failure::Invalid(_) => (400, "invalid_request".into(), "VALIDATION_ERROR"),
        Failure::Unauthorized => (401, "unauthorized".into(), "UNAUTHORIZED"),
        Failure::NotFound(_) => (404, "not_found".into(), "NOT_FOUND"),
        Failure::NoDevice => (500, "device_error".into(), "DEVICE_ERROR"),
        Failure::Refused(_) | Failure::NotSynced { in_time: true, .. } => (
            502,
            format!("{}_failed", operation.name).into(),
            "UPSTREAM_ERROR",
        ),
        Failure::NotAccepted(refusal) => (
            502,
            format!("{}_failed", operation.name).into(),
            match refusal.is_restriction() {
                true => "REACHOUT_RESTRICTED",
                false => "UPSTREAM_ERROR",
            },
        ),
        Failure::Disconnected => (503, "device_disconnected".into(), "DEVICE_NOT_READY"),
        Failure::TimedOut { .. } | Failure::NotSynced { in_time: false, .. } => (
            504,
            format!("{}_timeout", operation.name).into(),
            "DEVICE_TIMEOUT",
        ),
        Failure::Unavailable => (503, "unavailable".into(), "SERVICE_UNAVAILABLE"),
        Failure::Overloaded | Failure::ChatBusy(_) => {
            (429, "too_many_requests".into(), "TOO_MANY_REQUESTS")
        }
        Failure::RateLimited(_) => (429, "rate_limited".into(), "RATE_LIMITED"),
        Failure::Documented { status, code, .. } => (
            *status,
            "refused".into(),
            code.unwrap_or_else(|| documented_code(*status)),
        ),
        Failure::During(..)
        | Failure::Unheard { .. }
        | Failure::Partly { .. }
        | Failure::Internal => (500, "internal_error".into(), "INTERNAL_ERROR"),
    };
    let message = match failure {
        Failure::Unauthorized => operation.unauthorized.into(),
        Failure::NoDevice => operation.no_device.into(),
        Failure::Refused(_) => operation.failed.into(),
        // The contract has a text for what WhatsApp says.
        Failure::NotAccepted(refusal)
            if operation.envelope == Envelope::Object && !refusal.foreseen =>
        {
            operation.failed.into()
        }
        Failure::NotAccepted(refusal) => format!("{}: {refusal}", operation.failed).into(),
        // The contract writes it so everywhere but at the status endpoints.
        Failure::Disconnected if operation.envelope != Envelope::Object => {
            "WhatsApp session is not connected".into()
        }
        Failure::TimedOut { .. } => operation.timed_out.into(),
        Failure::Documented { text, .. } => text.clone(),
        other => other.to_string().into(),
    };
    let retry_after = failure.retry_after();
    let (status, message) = match operation.envelope {
        Envelope::Ryze => in_ryze(failure, operation).unwrap_or((status, message)),
        Envelope::Bare => in_bare(failure, operation).unwrap_or((status, message)),
        _ => (status, message),
    };
    Outcome {
        status,
        code,
        error_code,
        message,
        retry_after,
    }
}

/// What is wrong with the fields of a request. In the RyzeAPI the documented text goes before it, and is all of it where
/// the body is no JSON object.
pub fn of_input(operation: &Operation, in_body: bool, mut invalid: Invalid) -> Failure {
    if in_body && operation.envelope == Envelope::Ryze {
        invalid.message = match invalid.flaw {
            Flaw::Syntax => BAD_BODY.into(),
            _ => format!("{BAD_BODY}: {}", invalid.message),
        };
    }
    if operation.envelope == Envelope::Bare
        && let Some(text) = in_older_words(&invalid, operation)
    {
        invalid.message = text.to_owned();
    }
    invalid.into()
}

/// The older send endpoints' own words for somebody who cannot be written to, and for what is no currency.
fn in_older_words(invalid: &Invalid, operation: &Operation) -> Option<&'static str> {
    let missing = ["is required", "is empty"]
        .iter()
        .any(|end| invalid.message.ends_with(end));
    match (invalid.field.as_deref()?, missing) {
        ("to", true) => Some(operation.to_nobody),
        ("to", false) if invalid.message.ends_with(GROUP) => {
            Some("Invalid recipient JID: a group's JID ends in @g.us")
        }
        ("to", false) => Some("Invalid recipient JID: invalid number"),
        ("currency", _) => Some("Invalid currency code"),
        ("quoted.participant", true) => Some("invalid quoted participant JID: empty input"),
        ("quoted.participant", false) => Some("invalid quoted participant JID: invalid number"),
        _ => None,
    }
}

/// Where the older send endpoints differ: they have no 502, 503 and 504, and name the reason after the text.
fn in_bare(failure: &Failure, operation: &Operation) -> Option<(u16, Cow<'static, str>)> {
    Some(match failure {
        Failure::Disconnected => (400, "WhatsApp not connected".into()),
        Failure::Refused(_) | Failure::NotAccepted(_) => {
            (500, format!("{}: {failure}", operation.failed).into())
        }
        Failure::TimedOut { .. } => (500, format!("{}: timeout", operation.failed).into()),
        _ => return None,
    })
}

/// Where the RyzeAPI differs: it has no 502 and no 504, and names the reason after the text.
fn in_ryze(failure: &Failure, operation: &Operation) -> Option<(u16, Cow<'static, str>)> {
    Some(match failure {
        Failure::Disconnected => (400, "Instance is not connected to WhatsApp".into()),
        Failure::NoDevice => (404, "Instance not found".into()),
        Failure::Overloaded | Failure::ChatBusy(_) | Failure::RateLimited(_) => {
            (429, "Rate limit exceeded. Try again later.".into())
        }
        Failure::Refused(_) | Failure::NotAccepted(_) | Failure::TimedOut { .. } => {
            (500, format!("{}: {failure}", operation.failed).into())
        }
        _ => return None,
    })
}

const fn documented_code(status: u16) -> &'static str {
    match status {
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        409 => "CONFLICT",
        400..=499 => "REQUEST_REFUSED",
        _ => "DEVICE_ERROR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_endpoints_answer_as_documented() {
        const STATUS: Operation = Operation::new("status", Envelope::Object)
            .failing_with("failed to send status broadcast");
        let table = [
            (
                Failure::Invalid(Invalid::request("text cannot be empty")),
                (400, "invalid_request", "text cannot be empty"),
            ),
            (
                Failure::NoDevice,
                (500, "device_error", "failed to resolve user device"),
            ),
            (
                Failure::Refused("479".into()),
                (502, "status_failed", "failed to send status broadcast"),
            ),
            (
                Failure::Disconnected,
                (
                    503,
                    "device_disconnected",
                    "whatsapp session is not connected",
                ),
            ),
            (
                Failure::TimedOut { message_id: None },
                (504, "status_timeout", "context deadline exceeded"),
            ),
        ];
        for (failure, (status, code, message)) in table {
            let outcome = outcome(&failure, &STATUS);
            assert_eq!(
                (outcome.status, &*outcome.code, &*outcome.message),
                (status, code, message)
            );
        }
    }
}
