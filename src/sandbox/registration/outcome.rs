//! How a pairing ends, and who is told.

use tokio::sync::oneshot;

use crate::sandbox::address::Address;

/// What came of a scan or a code, for whoever holds the phone.
pub type Outcome = Result<Linked, PairingError>;

/// A companion is linked, or may be.
#[derive(Debug)]
pub enum Linked {
    /// Under this address.
    Device(Address),
    /// If the passkey of this number's account agrees.
    Checked(String),
}

/// Why a companion is not linked.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    #[error("the QR text is not one of WhatsApp's: {0}")]
    NotAQr(&'static str),
    #[error("no companion waits with this QR code, or it has expired")]
    UnknownReference,
    #[error("no companion waits for a code of this phone number")]
    NoCodeExpected,
    #[error("the code is wrong")]
    WrongCode,
    #[error("the QR code does not match the companion: {0}")]
    Mismatch(&'static str),
    #[error("phone {0} has no account")]
    UnknownAccount(String),
    #[error("the account cannot link another device")]
    TooManyDevices,
    #[error("the companion is being paired already")]
    Busy,
    #[error("the companion refused: {0}")]
    Refused(String),
    #[error("the companion's answer does not verify: {0}")]
    Unverified(&'static str),
    #[error("the companion went away")]
    Gone,
    #[error("the companion did not answer in time")]
    TimedOut,
}

/// Somebody who waits for the end of a pairing.
pub type Waiter = oneshot::Sender<Outcome>;
