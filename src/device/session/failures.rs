//! What the protocol library's errors mean to whoever asked.
//!
//! Their texts may name people, so where one is logged it is by its kind.

use std::error::Error;
use std::fmt::Debug;

use tokio::task::JoinError;
use tracing::error;
use whatsapp_rust::features::{
    AppStateError, CommunityError, ContactError, GroupError, MexError, PresenceError, ProfileError,
};
use whatsapp_rust::{ErrorChainExt, IqError, SendError};

use super::presence::NAMELESS;
use crate::failure::{Backoff, Failure, NotAccepted};

/// The library's words for a key that is not there.
const KEY: &str = "sync key";

/// A device that is paired a moment ago has no key of the app state yet.
const WITHOUT_KEY: Failure = Failure::coded(
    503,
    "DEVICE_NOT_READY",
    "the phone has not shared the key of the account's chats yet: try again in a moment",
);

/// WhatsApp's code for whoever asks too much.
const TOO_MUCH: u16 = 429;

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
        IqError::ServerError { code, backoff, .. } => refused(code, backoff),
        IqError::UnexpectedResponseType { .. }
        | IqError::DuplicateRequestId(_)
        | IqError::EncodeError(_)
        | IqError::ParseError(_) => unreadable(),
        _ => Failure::Disconnected,
    }
}

/// WhatsApp said no. `backoff`: seconds after which it wants to be asked again.
pub fn refused(code: u16, backoff: Option<u32>) -> Failure {
    match code {
        TOO_MUCH => Failure::RateLimited(Backoff::told(backoff)),
        code => Failure::Refused(code.to_string()),
    }
}

/// WhatsApp did not accept a message.
pub fn nacked(refusal: NotAccepted) -> Failure {
    match refusal.code.parse() == Ok(TOO_MUCH) {
        true => refused(TOO_MUCH, None),
        false => Failure::NotAccepted(Box::new(refusal)),
    }
}

/// What WhatsApp said at the bottom of this error, or else that this was refused.
fn rejected(error: &(dyn Error + 'static), what: &str) -> Failure {
    match error.server_rejection() {
        Some(rejection) => refused(rejection.code, rejection.backoff),
        None => Failure::Refused(what.into()),
    }
}

/// Why media could not be uploaded.
pub fn upload(error: &(dyn Error + 'static)) -> Failure {
    match error.http_status() {
        Some(TOO_MUCH) => refused(TOO_MUCH, None),
        _ => rejected(error, "media host"),
    }
}

/// Why media could not be fetched.
pub fn download(error: &(dyn Error + 'static)) -> Failure {
    match error.http_status() {
        Some(TOO_MUCH) => refused(TOO_MUCH, None),
        _ => rejected(error, "media host"),
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
            Err(error) => rejected(error.as_ref(), "app state"),
        },
        AppStateError::InvalidRequest(text) if text.contains(KEY) => WITHOUT_KEY,
        _ => Failure::Refused("app state".into()),
    }
}

/// Why nothing was told of people.
pub fn contact(error: ContactError) -> Failure {
    match error {
        ContactError::Iq(error) => unanswered(error),
        error => rejected(&error, "contact query"),
    }
}

/// Why nothing was told of a group.
pub fn group(error: GroupError) -> Failure {
    match error {
        GroupError::Iq(error) => unanswered(error),
        error => rejected(&error, "group query"),
    }
}

/// Why nothing was told of a community, or changed in it.
pub fn community(error: CommunityError) -> Failure {
    match error {
        CommunityError::Iq(error) | CommunityError::Mex(MexError::Request(error)) => {
            unanswered(error)
        }
        CommunityError::Group(error) => group(error),
        error => rejected(&error, "community query"),
    }
}

/// Why the account's own profile did not change.
pub fn profile(error: ProfileError) -> Failure {
    match error {
        ProfileError::Iq(error) => unanswered(error),
        ProfileError::Client(_) => Failure::Disconnected,
        error => rejected(&error, "profile picture"),
    }
}

/// Why a presence was not shown, or is not told.
pub fn presence(error: PresenceError) -> Failure {
    match error {
        PresenceError::PushNameEmpty => NAMELESS,
        PresenceError::Client(_) => Failure::Disconnected,
        error => broken("a presence could not be written", &error),
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
                return refused(rejection.code, rejection.backoff);
            }
            broken("the protocol library could not prepare a message", &other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_there_yet_is_no_refusal() {
        let without = AppStateError::InvalidRequest("no app state sync key available".into());
        assert_eq!(app_state(without), WITHOUT_KEY);
        let refused = AppStateError::InvalidRequest("a mute in the past".into());
        assert_eq!(app_state(refused), Failure::Refused("app state".into()));
    }
}
