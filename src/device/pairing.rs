//! What a device that has no account shows: codes to scan, or a code to type.

pub mod passkey;

use std::time::Duration;

use actix::Message;
use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use whatsapp_rust::ErrorChainExt;
use whatsapp_rust::pair_code::PairError;

use crate::failure::Backoff;

/// How long to wait for WhatsApp's 515 after the phone has agreed.
pub const RESTART_TIMEOUT: Duration = Duration::from_secs(10);
/// A code typed later than this is refused by the phone.
pub const PAIR_CODE_VALIDITY: Duration = Duration::from_secs(180);

/// A code to be scanned with the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// What the picture says.
    pub code: String,
    /// When it came.
    pub generated_at: DateTime<Utc>,
    /// When WhatsApp sends another one.
    pub expires_at: DateTime<Utc>,
}

impl Qr {
    /// One that has just come.
    pub fn new(code: String, valid_for: Duration) -> Self {
        let generated_at = Utc::now();
        Self {
            code,
            generated_at,
            expires_at: generated_at + valid_for,
        }
    }

    /// Whether it can still be scanned.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }
}

/// A code to be typed on the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairCode {
    /// Eight characters without the dash.
    pub code: String,
    /// Digits of the account it was asked for.
    pub phone: String,
    /// When the phone begins to refuse it.
    pub expires_at: DateTime<Utc>,
    /// Whether it had been handed out before.
    pub cached: bool,
}

impl PairCode {
    /// One that WhatsApp has just given; it counts from the moment in which it was asked for.
    pub(super) fn new(code: String, phone: String, asked: DateTime<Utc>) -> Self {
        let expires_at = asked + PAIR_CODE_VALIDITY;
        Self {
            code,
            phone,
            expires_at,
            cached: false,
        }
    }

    /// Whether it can be handed out again for this request.
    pub(super) fn answers(&self, request: &RequestPairCode) -> bool {
        !request.refresh && self.phone == request.phone && Utc::now() < self.expires_at
    }

    /// For how long it can still be typed; `None`: no longer.
    pub(super) fn good_for(&self) -> Option<Duration> {
        let left = self.expires_at - Utc::now();
        left.to_std().ok().filter(|left| !left.is_zero())
    }

    /// The same, handed out once more.
    pub(super) fn again(&self) -> Self {
        Self {
            cached: true,
            ..self.clone()
        }
    }
}

/// Why there is no code to type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// WhatsApp has been asked too much.
    #[error("WhatsApp asks to wait")]
    TooMany(Backoff),
    /// The account's passkey is asked for: there is nothing to type.
    #[error("the account's passkey is asked for")]
    Passkey,
    /// In the library's words.
    #[error("{0}")]
    Refused(String),
}

impl From<PairError> for NoCode {
    fn from(error: PairError) -> Self {
        match error.server_rejection() {
            Some(rejection) if rejection.code == 429 => {
                Self::TooMany(Backoff::told(rejection.backoff))
            }
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// Asks a pairing life for a code. The slot closes when that life cannot give one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct RequestPairCode {
    /// Digits.
    pub phone: String,
    /// A new code even when the last one is still good.
    pub refresh: bool,
    /// The code, or why there is none.
    pub reply: oneshot::Sender<Result<PairCode, NoCode>>,
}

impl RequestPairCode {
    /// Fills the slot.
    pub(super) fn answer(self, result: Result<PairCode, NoCode>) {
        // The caller may have given up.
        let _ = self.reply.send(result);
    }
}

#[cfg(test)]
mod tests {
    use whatsapp_rust::IqError;

    use super::*;

    #[test]
    fn a_code_too_many_says_when_to_come_back() {
        let refused = |code, backoff| {
            NoCode::from(PairError::from(IqError::ServerError {
                code,
                text: "rate-overlimit".to_owned(),
                error_type: None,
                backoff,
            }))
        };
        let expected = NoCode::TooMany(Backoff::told(Some(7)));
        assert_eq!(refused(429, Some(7)), expected);
        assert!(matches!(refused(400, Some(7)), NoCode::Refused(_)));
    }
}
