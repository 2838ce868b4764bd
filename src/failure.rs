//! What can go wrong with a request. Which status, code and text HTTP has for it: `http/wire.rs`.

mod not_accepted;

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use serde_json::Value;
use tracing::error;

pub use self::not_accepted::NotAccepted;
use crate::memory::NoRoom;
use crate::store::StoreError;
use crate::telemetry::Chain;

/// What whoever has sent something does about an end that nobody knows.
pub const MAYBE_SENT: &str = "it may have been sent: ask GET /messages/{message_id}/status, or repeat the request with the \
    same Idempotency-Key, which sends it under the same id";

/// What is wrong with a request, in words for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    pub message: String,
    /// The field at fault, when it is one field.
    pub field: Option<String>,
    /// What stood there, where that can be shown.
    pub value: Option<Box<Value>>,
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
            value: None,
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

    /// The same, blamed on this field.
    pub fn at(self, field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..self
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
    /// WhatsApp did not accept a message.
    #[error(transparent)]
    NotAccepted(Box<NotAccepted>),
    /// WhatsApp has been asked too much, and wants to be left alone for so long.
    #[error("WhatsApp asks to wait before it is asked again")]
    RateLimited(Backoff),
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
    /// Too many commands under way for this device, a full queue, or no room in memory.
    #[error("too many requests under way, try again later")]
    Overloaded,
    /// Too much waits in one chat already; when to try again.
    #[error("too much waits to be sent to this chat, try again later")]
    ChatBusy(Backoff),
    /// A send has ended without WhatsApp's word.
    #[error("{why}: {}", unheard(.left))]
    Unheard {
        /// How.
        why: Box<Failure>,
        /// Of the message.
        message_id: String,
        /// Its first byte may have left. False: nothing was sent.
        left: bool,
    },
    /// Something that the contract gives its own status and text.
    #[error("{text}")]
    Documented {
        status: u16,
        /// For programs, upper case with underscores; none: what the status says.
        code: Option<&'static str>,
        text: Cow<'static, str>,
    },
    /// A step of the work failed, which has a name and a text of its own.
    #[error("{1}")]
    During(Step, Box<Failure>),
    /// Some of several changes were made, and one was not.
    #[error("{why}: {said}")]
    Partly {
        /// Why that one was not.
        why: Box<Failure>,
        /// Which is which.
        said: String,
    },
    /// The store cannot write at this moment; by itself it will again.
    #[error("the store cannot be written at the moment, try again later")]
    Unavailable,
    /// A defect or a broken disk: the details are in the log. Made by [`Failure::internal`], which writes them there.
    #[error("internal error")]
    Internal,
}

/// How long WhatsApp wants to be left alone, a second to an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff(Duration);

impl Backoff {
    const SHORTEST: u32 = 1;
    const LONGEST: u32 = 3600;
    /// Where WhatsApp does not say.
    const UNTOLD: u32 = 30;

    /// At least as long as this.
    pub fn of(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self::told(Some(seconds.try_into().unwrap_or(u32::MAX)))
    }

    /// What WhatsApp has said, in seconds: bounded, for anything can stand there.
    pub fn told(seconds: Option<u32>) -> Self {
        let seconds = seconds.unwrap_or(Self::UNTOLD);
        let seconds = seconds.clamp(Self::SHORTEST, Self::LONGEST);
        Self(Duration::from_secs(seconds.into()))
    }
}

/// A step of an operation that fails under its own name: `upload` gives `upload_failed`, `upload_timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: &'static str,
    /// Text of `<name>_failed`.
    pub failed: &'static str,
}

impl Failure {
    /// A defect, or something broken that nobody can help: `what` and all causes are in the log.
    pub fn internal(what: &'static str, cause: &(dyn Error + 'static)) -> Self {
        error!(error = %Chain(cause), "{what}");
        Self::Internal
    }

    /// The same, blamed on this field where it is the request's fault.
    pub fn at(self, field: &'static str) -> Self {
        match self {
            Self::Invalid(invalid) => invalid.at(field).into(),
            other => other,
        }
    }

    /// The same of the change of `what`, before which others were made, and after which others were not tried.
    pub fn partly(
        self,
        made: &[&str],
        what: &str,
        untried: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let untried: Vec<&str> = untried.into_iter().collect();
        let mut said = Vec::new();
        if !made.is_empty() {
            said.push(format!("changed: {}", made.join(", ")));
        }
        said.push(match self.is_refusal() {
            true => format!("not changed: {what}"),
            false => format!("perhaps changed: {what}"),
        });
        if !untried.is_empty() {
            said.push(format!("not tried: {}", untried.join(", ")));
        }
        match said.len() {
            1 if self.is_refusal() => self,
            _ => Self::Partly {
                why: Box::new(self),
                said: said.join("; "),
            },
        }
    }

    /// The same of a change that was begun: without WhatsApp's word it may have been made.
    pub fn perhaps(self) -> Self {
        match self {
            Self::Disconnected | Self::TimedOut { .. } => Self::Partly {
                why: Box::new(self),
                said: "it may have happened all the same".to_owned(),
            },
            other => other,
        }
    }

    /// Whether what was asked for may have happened all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::During(_, failure) => failure.may_have_happened(),
            Self::Partly { .. } | Self::Unheard { .. } | Self::Internal => true,
            _ => false,
        }
    }

    /// Whether a send that has ended so has surely sent nothing. `begun`: its first byte may have left.
    pub fn is_final(&self, begun: bool) -> bool {
        match self {
            Self::During(_, failure) => failure.is_final(begun),
            // It may have left before there was no room for what it has changed.
            Self::Overloaded => !begun,
            _ => !begun || self.is_refusal(),
        }
    }

    /// Whether the request was refused, and nothing of it was done: by WhatsApp, or before that was asked.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::During(_, failure) => failure.is_refusal(),
            Self::Documented { status, .. } => *status < 500,
            Self::TimedOut { .. }
            | Self::Disconnected
            | Self::Partly { .. }
            | Self::Unheard { .. }
            | Self::Unavailable
            | Self::Internal => false,
            Self::NotSynced { in_time, .. } => *in_time,
            Self::Invalid(_)
            | Self::Unauthorized
            | Self::NotFound(_)
            | Self::NoDevice
            | Self::Refused(_)
            | Self::NotAccepted(_)
            | Self::RateLimited(_)
            | Self::Overloaded
            | Self::ChatBusy(_) => true,
        }
    }

    /// The same of a command that was to send this message, and had begun to work: it says what may have been sent.
    pub fn of_send(self, message_id: &str, left: bool) -> Self {
        let unheard = match left {
            true => !self.is_final(true),
            false => !self.is_refusal(),
        };
        match unheard {
            true => Self::Unheard {
                why: Box::new(self),
                message_id: message_id.to_owned(),
                left,
            },
            false => self,
        }
    }

    /// Whether it passes by itself: the same request may succeed a little later.
    pub fn passes(&self) -> bool {
        self.retry_after().is_some()
    }

    /// When the same request may succeed, of one that may.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded | Self::Unavailable => Some(Duration::from_secs(1)),
            Self::RateLimited(backoff) | Self::ChatBusy(backoff) => Some(backoff.0),
            Self::During(_, failure) => failure.retry_after(),
            Self::Unheard { why, .. } | Self::Partly { why, .. } => why.retry_after(),
            _ => None,
        }
    }

    /// What a failure of the store means to whoever asked: a full queue and a store that cannot write pass, anything else
    /// does not; `what` and all causes are in the log.
    pub fn of_store(what: &'static str, error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Overloaded,
            StoreError::Full(_) | StoreError::InUse(_) | StoreError::Closed => {
                error!(error = %Chain(error), "{what}");
                Self::Unavailable
            }
            error => Self::internal(what, error),
        }
    }

    pub const fn documented(status: u16, text: &'static str) -> Self {
        Self::Documented {
            status,
            code: None,
            text: Cow::Borrowed(text),
        }
    }

    /// The same with a code of its own.
    pub const fn coded(status: u16, code: &'static str, text: &'static str) -> Self {
        Self::Documented {
            status,
            code: Some(code),
            text: Cow::Borrowed(text),
        }
    }

    /// The same with a text that is only known when it happens.
    pub fn told(status: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self::Documented {
            status,
            code: None,
            text: text.into(),
        }
    }
}

impl From<NoRoom> for Failure {
    fn from(_: NoRoom) -> Self {
        Self::Overloaded
    }
}

/// What whoever has sent something does about an end of which WhatsApp has said nothing. `left`: it may have left.
pub fn unheard(left: &bool) -> &'static str {
    match left {
        true => MAYBE_SENT,
        false => "nothing was sent: ask again",
    }
}

fn not_synced(collection: &str, in_time: &bool) -> String {
    match in_time {
        true => format!("failed to sync the app-state collection {collection}"),
        false => format!("the app-state collection {collection} did not arrive in time"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_before_a_failure_is_told_with_it() {
        let refused = Failure::documented(403, "only for admins");
        assert_eq!(refused.clone().partly(&[], "name", []), refused);
        let partly = refused.partly(&["name", "topic"], "locked", ["announcement"]);
        let text =
            "only for admins: changed: name, topic; not changed: locked; not tried: announcement";
        assert_eq!(partly.to_string(), text);
        assert!(!partly.is_refusal() && partly.retry_after().is_none());
        let late = Failure::TimedOut { message_id: None };
        let late = late.partly(&["name"], "topic", []);
        let text = "context deadline exceeded: changed: name; perhaps changed: topic";
        assert_eq!(late.to_string(), text);
        let waits = Failure::RateLimited(Backoff::told(Some(7)));
        let waits = waits.partly(&["name"], "topic", []);
        assert_eq!(waits.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn whatever_whatsapp_says_is_a_time_that_a_caller_can_wait() {
        let table = [
            (None, 30),
            (Some(0), 1),
            (Some(7), 7),
            (Some(3600), 3600),
            (Some(u32::MAX), 3600),
        ];
        for (told, seconds) in table {
            let failure = Failure::RateLimited(Backoff::told(told));
            let expected = Some(Duration::from_secs(seconds));
            assert_eq!(failure.retry_after(), expected, "{told:?}");
            assert!(failure.passes());
        }
        assert_eq!(Failure::Disconnected.retry_after(), None);
    }
}
