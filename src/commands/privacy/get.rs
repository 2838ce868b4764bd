//! GET /privacy — the account's own privacy settings, under the contract's names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::Failure;

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

/// For the API's document.
const EXAMPLE: [(&str, &str); 10] = [
    ("GroupAdd", "contacts"),
    ("LastSeen", "all"),
    ("Status", "contacts"),
    ("Profile", "all"),
    ("ReadReceipts", "all"),
    ("CallAdd", "all"),
    ("Online", "all"),
    ("Messages", "all"),
    ("Defense", "on_standard"),
    ("Stickers", "contacts"),
];

#[derive(Debug, Deserialize, ToSchema)]
pub struct GetPrivacy {}

/// What WhatsApp answered: values by its own names of the categories.
#[derive(Debug)]
pub struct Settings(BTreeMap<String, String>);

impl PartialSchema for Settings {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let mut settings = ObjectBuilder::new()
            .description(Some("WhatsApp's values, under the contract's names of its categories; empty where it tells none."))
            .additional_properties(Some(text()))
            .examples([EXAMPLE.into_iter().collect::<Value>()]);
        for (name, _) in NAMES {
            settings = settings.property(name, text()).required(name);
        }
        settings.into()
    }
}

impl ToSchema for Settings {
    fn name() -> Cow<'static, str> {
        "PrivacySettings".into()
    }
}

impl Settings {
    /// Empty for what WhatsApp does not tell.
    pub fn value(&self, category: &str) -> &str {
        self.0.get(category).map_or("", String::as_str)
    }

    /// All that the contract names, in its order, and whatever else WhatsApp has told.
    fn named(&self) -> Vec<(String, &str)> {
        let documented = |category: &str| NAMES.iter().any(|(_, known)| *known == category);
        let others = self.0.iter().filter(|(category, _)| !documented(category));
        let others = others.map(|(category, value)| (capitalized(category), value.as_str()));
        let named = NAMES.map(|(name, category)| (name.to_owned(), self.value(category)));
        named.into_iter().chain(others).collect()
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named())
    }
}

/// In the manner of the contract: `cover_photo` is shown as `CoverPhoto`.
fn capitalized(category: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    };
    category.split('_').map(word).collect()
}

impl Command for GetPrivacy {
    type Reply = Settings;
    const SUMMARY: &'static str = "Shows the account's own privacy settings";
    const OPERATION: Operation =
        Operation::new("privacy", Envelope::Data).failing_with("failed to get privacy settings");

    async fn run(self, session: Session) -> Result<Settings, Failure> {
        let told = session.privacy().all().await?;
        Ok(Settings(told.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_contract_is_there_and_nothing_that_whatsapp_tells_is_left_out() {
        let told = [
            ("last", "contacts"),
            ("groupadd", "a new value"),
            ("cover_photo", "all"),
            ("", "odd"),
        ];
        let told = told.map(|(category, value)| (category.to_owned(), value.to_owned()));
        let settings = Settings(told.into_iter().collect());
        let named: BTreeMap<_, _> = settings.named().into_iter().collect();
        assert_eq!(settings.named()[0].0, "GroupAdd");
        assert_eq!(named.len(), NAMES.len() + 2);
        assert!(NAMES.iter().all(|(name, _)| named.contains_key(*name)));
        assert_eq!(named["LastSeen"], "contacts");
        assert_eq!(named["GroupAdd"], "a new value");
        assert_eq!(named["Online"], "");
        assert_eq!(named["CoverPhoto"], "all");
    }
}
