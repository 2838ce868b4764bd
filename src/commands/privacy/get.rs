//! GET /privacy — the account's own privacy settings, under the contract's names.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::commands::Command;
use crate::device::session::Session;
use crate::failure::{Envelope, Failure, Operation};

/// The contract's name of each of WhatsApp's categories.
const NAMES: [(&str, &str); 10] = [
    ("GroupAdd", "groupadd"),
    ("LastSeen", "last"),
    ("Status", "status"),
    ("Profile", "profile"),
    ("ReadReceipts", "readreceipts"),
    ("CallAdd", "calladd"),
    ("Online", "online"),
    ("Messages", "messages"),
    ("Defense", "defense"),
    ("Stickers", "stickers"),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetPrivacy {}

impl Command for GetPrivacy {
    /// Empty for what WhatsApp does not tell.
    type Reply = BTreeMap<&'static str, String>;
    const OPERATION: Operation =
        Operation::new("privacy", Envelope::Data).failing_with("failed to get privacy settings");

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let told: BTreeMap<String, String> =
            session.privacy_settings().await?.into_iter().collect();
        let value = |category| told.get(category).cloned().unwrap_or_default();
        Ok(NAMES
            .into_iter()
            .map(|(name, category)| (name, value(category)))
            .collect())
    }
}
