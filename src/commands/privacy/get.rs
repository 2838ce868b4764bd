//! GET /privacy — the account's own privacy settings, under the contract's names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetPrivacy {}

/// By the contract's name; empty for what WhatsApp does not tell.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = PrivacySettings,
    example = json!({
        "CallAdd": "all",
        "Defense": "on_standard",
        "GroupAdd": "contacts",
        "LastSeen": "all",
        "Messages": "all",
        "Online": "all",
        "Profile": "all",
        "ReadReceipts": "all",
        "Status": "contacts",
        "Stickers": "contacts"
    })
)]
pub struct Settings(BTreeMap<&'static str, String>);

impl Command for GetPrivacy {
    type Reply = Settings;
    const SUMMARY: &'static str = "Shows the account's own privacy settings";
    const OPERATION: Operation =
        Operation::new("privacy", Envelope::Data).failing_with("failed to get privacy settings");

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let told: BTreeMap<String, String> =
            session.privacy_settings().await?.into_iter().collect();
        let value = |category| told.get(category).cloned().unwrap_or_default();
        let settings = NAMES
            .into_iter()
            .map(|(name, category)| (name, value(category)));
        Ok(Settings(settings.collect()))
    }
}
