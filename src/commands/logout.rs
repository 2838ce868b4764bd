//! POST /logout — unlinks the device at WhatsApp; its credentials are wiped when its life has ended.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::Failure;
use crate::operation::{Envelope, Operation};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Logout {}

#[derive(Debug, Serialize, ToSchema)]
pub struct Unlinked {}

impl Command for Logout {
    type Reply = Unlinked;
    const SUMMARY: &'static str = "Unlinks the device at WhatsApp";
    const OPERATION: Operation =
        Operation::new("logout", Envelope::Data).failing_with("failed to log out");

    async fn run(self, session: Session) -> Result<Unlinked, Failure> {
        session.unlink().await?;
        Ok(Unlinked {})
    }
}
