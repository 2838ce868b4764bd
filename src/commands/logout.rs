//! POST /logout — unlinks the device at WhatsApp; its credentials are wiped when its life has ended.

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::Failure;

/// Takes the device off the account.
pub struct Logout;

impl Command for Logout {
    type Reply = ();
    const SUMMARY: &'static str = "Unlinks the device at WhatsApp";
    const OPERATION: Operation =
        Operation::new("logout", Envelope::Data).failing_with("failed to log out");

    async fn run(self, session: Session) -> Result<(), Failure> {
        session.unlink().await
    }
}
