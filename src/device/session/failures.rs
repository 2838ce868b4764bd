//! What the protocol library's errors mean to whoever asked.
//!
//! Their texts may name people, so where one is logged it is by its kind.

use std::fmt::Debug;

use tokio::task::JoinError;
use tracing::error;
use whatsapp_rust::features::{AppStateError, ContactError, GroupError, ProfileError};
use whatsapp_rust::{ErrorChainExt, IqError, SendError};

use crate::failure::Failure;

/// A defect, or something broken, of which the library's own error tells: its kind is logged.
pub fn broken(what: &'static str, error: &impl Debug) -> Failure {
    let debug = format!("{error:?}");
    let kind = debug.split(|c: char| !c.is_alphanumeric()).next();
    error!(kind, "{what}");
    Failure::Internal
}

/// The end of a query.
pub fn unanswered(error: IqError) -> Failure {
    match error {
        IqError::Timeout => Failure::TimedOut { message_id: None },
        IqError::ServerError { code, .. } => Failure::Refused(code.to_string()),
        IqError::UnexpectedResponseType { .. }
        | IqError::DuplicateRequestId(_)
        | IqError::EncodeError(_)
        | IqError::ParseError(_) => unreadable(),
        _ => Failure::Disconnected,
    }
}

/// WhatsApp answered, and not with what was asked for.
pub fn unreadable() -> Failure {
    Failure::Refused("unreadable answer".into())
}

/// A task that the work was handed to has not ended as it should. Its panic may quote data, and was logged where it happened.
pub fn task(error: &JoinError) -> Failure {
    let panicked = error.is_panic();
    error!(panicked, "a task of a command did not come to its end");
    Failure::Internal
}

/// Why a change of the app state did not come about.
pub fn app_state(error: AppStateError) -> Failure {
    match error {
        AppStateError::Internal(error) => match error.downcast::<IqError>() {
            Ok(error) => unanswered(error),
            Err(_) => Failure::Refused("app state".into()),
        },
        _ => Failure::Refused("app state".into()),
    }
}

/// Why nothing was told of people.
pub fn contact(error: ContactError) -> Failure {
    match error {
        ContactError::Iq(error) => unanswered(error),
        _ => Failure::Refused("contact query".into()),
    }
}

/// Why nothing was told of a group.
pub fn group(error: GroupError) -> Failure {
    match error {
        GroupError::Iq(error) => unanswered(error),
        _ => Failure::Refused("group query".into()),
    }
}

/// Why the account's own profile did not change.
pub fn profile(error: ProfileError) -> Failure {
    match error {
        ProfileError::Iq(error) => unanswered(error),
        ProfileError::Client(_) => Failure::Disconnected,
        _ => Failure::Refused("profile picture".into()),
    }
}

/// Why the library could not write a message.
pub fn not_sent(error: SendError) -> Failure {
    match error {
        SendError::Iq(error) => unanswered(error),
        SendError::NotLoggedIn | SendError::Client(_) => Failure::Disconnected,
        SendError::InvalidRequest(_) => Failure::Refused("nobody to send to".into()),
        other => {
            if let Some(rejection) = other.server_rejection() {
                return Failure::Refused(rejection.code.to_string());
            }
            broken("the protocol library could not prepare a message", &other)
        }
    }
}
