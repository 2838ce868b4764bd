//! The closed set of failures and, in one function, their HTTP statuses, codes and texts.

use std::borrow::Cow;
use std::time::Duration;

/// Which of the contract's JSON shapes an endpoint speaks (`wuts-api`, section 0.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `{"success":true,…}` and `{"success":false,"error":{"code","message"}}`: the status endpoints.
    Object,
    /// `{"success":true,…}` and `{"success":false,"error","error_code","timestamp"}`.
    Flat,
    /// `{"success":true,"data":{…}}` and `{"success":false,"error","error_code","timestamp"}`.
    Data,
    /// `{"success":true,"data":{…}}` and `{"success":false,"error"}`: pairing and lifecycle.
    Session,
    /// `{"success":true,…}` and `{"success":false,"error"}`: what only the master token may do.
    Admin,
    /// `{"success":true,"message",…}` and `{"success":false,"error":{"message"}}`: the RyzeAPI, with statuses of its own.
    Ryze,
}

/// What an endpoint does, as its error codes call it: `status` gives `status_failed`, `status_timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub name: &'static str,
    pub envelope: Envelope,
    /// Text of `<operation>_failed`.
    pub failed: &'static str,
    /// Text of `<operation>_timeout`.
    pub timed_out: &'static str,
    /// Text of 401.
    pub unauthorized: &'static str,
}

impl Operation {
    pub const fn new(name: &'static str, envelope: Envelope) -> Self {
        let unauthorized = match envelope {
            Envelope::Object | Envelope::Flat | Envelope::Data | Envelope::Ryze => "Invalid token",
            Envelope::Session => "unauthorized",
            Envelope::Admin => "invalid master token",
        };
        Self {
            name,
            envelope,
            failed: "the request failed",
            timed_out: "context deadline exceeded",
            unauthorized,
        }
    }

    pub const fn failing_with(mut self, text: &'static str) -> Self {
        self.failed = text;
        self
    }

    pub const fn timing_out_with(mut self, text: &'static str) -> Self {
        self.timed_out = text;
        self
    }
}

/// What is wrong with a request, in words for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    pub message: String,
    /// The field at fault, when it is one field.
    pub field: Option<String>,
    pub flaw: Flaw,
}

/// What of a request is wrong, where that has a code or a text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Request,
    /// The media cannot be used.
    Media,
    /// The body is no JSON object.
    Syntax,
}

impl Invalid {
    pub fn request(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            field: None,
            flaw: Flaw::Request,
        }
    }

    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::request(message)
        }
    }

    pub fn media(message: impl Into<String>) -> Self {
        Self {
            flaw: Flaw::Media,
            ..Self::request(message)
        }
    }

    pub fn syntax(message: impl Into<String>) -> Self {
        Self {
            flaw: Flaw::Syntax,
            ..Self::request(message)
        }
    }
}

/// Every way in which a request can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request cannot be accepted as it is.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No token, or one that nobody has.
    #[error("invalid token")]
    Unauthorized,
    /// No such thing; another tenant's answers the same.
    #[error("{0}")]
    NotFound(&'static str),
    /// The user has no device to act on.
    #[error("failed to resolve user device")]
    NoDevice,
    /// WhatsApp said no; the code is WhatsApp's own where it gave one.
    #[error("refused by WhatsApp ({0})")]
    Refused(String),
    /// A collection of the app state is not here, although it was asked for.
    #[error("{}", not_synced(.collection, .in_time))]
    NotSynced {
        /// WhatsApp's name of it.
        collection: String,
        /// False: WhatsApp has not answered yet. True: it did, and it is of no use.
        in_time: bool,
    },
    /// No live connection, or it died under the command.
    #[error("whatsapp session is not connected")]
    Disconnected,
    /// A clock ran out. For a send this means *unknown*: the message may still have been accepted under its id.
    #[error("context deadline exceeded")]
    TimedOut { message_id: Option<String> },
    /// Too many commands under way for this device, or a full queue.
    #[error("too many requests under way, try again later")]
    Overloaded,
    /// Something that the contract gives its own status and text.
    #[error("{text}")]
    Documented {
        status: u16,
        text: Cow<'static, str>,
    },
    /// A step failed that has codes and texts of its own.
    #[error("{1}")]
    During(&'static Operation, Box<Failure>),
    /// A defect or a broken disk: the details are in the log.
    #[error("internal error")]
    Internal,
}

impl Failure {
    pub const fn documented(status: u16, text: &'static str) -> Self {
        Self::Documented {
            status,
            text: Cow::Borrowed(text),
        }
    }
}

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
        return outcome(failure, step);
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
        Failure::Disconnected => (503, "device_disconnected".into(), "DEVICE_NOT_READY"),
        Failure::TimedOut { .. } | Failure::NotSynced { in_time: false, .. } => (
            504,
            format!("{}_timeout", operation.name).into(),
            "DEVICE_TIMEOUT",
        ),
        Failure::Overloaded => (429, "too_many_requests".into(), "TOO_MANY_REQUESTS"),
        Failure::Documented { status, .. } => (*status, "refused".into(), documented_code(*status)),
        Failure::During(..) | Failure::Internal => (500, "internal_error".into(), "INTERNAL_ERROR"),
    };
    let message = match failure {
        Failure::Unauthorized => operation.unauthorized.into(),
        Failure::Refused(_) => operation.failed.into(),
        Failure::TimedOut { .. } => operation.timed_out.into(),
        Failure::Documented { text, .. } => text.clone(),
        other => other.to_string().into(),
    };
    let retry_after = matches!(failure, Failure::Overloaded).then_some(Duration::from_secs(1));
    let (status, message) = match operation.envelope {
        Envelope::Ryze => in_ryze(failure, operation).unwrap_or((status, message)),
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

/// Where the RyzeAPI differs: it has no 502 and no 504, and names the reason after the text.
fn in_ryze(failure: &Failure, operation: &Operation) -> Option<(u16, Cow<'static, str>)> {
    Some(match failure {
        Failure::Disconnected => (400, "Instance is not connected to WhatsApp".into()),
        Failure::NoDevice => (404, "Instance not found".into()),
        Failure::Overloaded => (429, "Rate limit exceeded. Try again later.".into()),
        Failure::Refused(_) | Failure::TimedOut { .. } => {
            (500, format!("{}: {failure}", operation.failed).into())
        }
        _ => return None,
    })
}

fn not_synced(collection: &str, in_time: &bool) -> String {
    match in_time {
        true => format!("failed to sync the app-state collection {collection}"),
        false => format!("the app-state collection {collection} did not arrive in time"),
    }
}

const fn documented_code(status: u16) -> &'static str {
    match status {
        403 => "FORBIDDEN",
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
