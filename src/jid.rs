//! The words for people and groups on WhatsApp, as callers write them: parsed once, and right from then on.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::failure::Invalid;

const BY_PHONE: &str = "s.whatsapp.net";
const BY_LID: &str = "lid";
const GROUP: &str = "@g.us";

/// Country code and national number, 10 to 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid phone number format")]
pub struct BadNumber;

/// Strips spaces, dashes, parentheses and a leading `+`.
pub fn clean(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect()
}

impl FromStr for PhoneNumber {
    type Err = BadNumber;

    /// Cleans the text; what is left must be 10 to 15 digits.
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let kept = clean(text);
        let digits = kept.bytes().all(|byte| byte.is_ascii_digit());
        // No country code begins with 0.
        if digits && (10..=15).contains(&kept.len()) && !kept.starts_with('0') {
            Ok(Self(kept))
        } else {
            Err(BadNumber)
        }
    }
}

impl PhoneNumber {
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user, never a group, a newsletter or one of a user's devices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    Phone(PhoneNumber),
    /// Digits.
    Lid(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a phone number nor a user JID such as 5511999999999@s.whatsapp.net")]
pub struct NoPerson(String);

impl FromStr for Person {
    type Err = NoPerson;

    fn from_str(text: &str) -> Result<Self, NoPerson> {
        let nobody = || NoPerson(text.chars().take(80).collect());
        let (user, server) = match text.trim().split_once('@') {
            None => (text, BY_PHONE),
            Some((user, server)) => (user, server),
        };
        match server {
            BY_PHONE => user.parse().map(Self::Phone).map_err(|_| nobody()),
            BY_LID if is_lid(user) => Ok(Self::Lid(user.to_owned())),
            _ => Err(nobody()),
        }
    }
}

/// A group: digits, and in old ones a dash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupJid(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the JID of a group, like 120363021234567890@g.us")]
pub struct NoGroup;

impl FromStr for GroupJid {
    type Err = NoGroup;

    fn from_str(text: &str) -> Result<Self, NoGroup> {
        let allowed = |byte: u8| byte.is_ascii_digit() || byte == b'-';
        let text = text.trim();
        let id = text.strip_suffix(GROUP).unwrap_or_default();
        match (1..=64).contains(&id.len()) && id.bytes().all(allowed) {
            true => Ok(Self(text.to_owned())),
            false => Err(NoGroup),
        }
    }
}

impl GroupJid {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupJid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where something can be sent, or of whom there is a picture: somebody, or a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    Person(Person),
    Group(GroupJid),
}

impl FromStr for Chat {
    type Err = NoPerson;

    fn from_str(text: &str) -> Result<Self, NoPerson> {
        match text.parse() {
            Ok(group) => Ok(Self::Group(group)),
            Err(NoGroup) => text.parse().map(Self::Person),
        }
    }
}

impl fmt::Display for Chat {
    /// As a JID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

fn is_lid(user: &str) -> bool {
    (1..=20).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Person {
    /// As a JID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => write!(f, "{number}@{BY_PHONE}"),
            Self::Lid(user) => write!(f, "{user}@{BY_LID}"),
        }
    }
}

impl Person {
    /// The person named by `jid` or else by `number`, of which one is required.
    pub fn from_either<T: From<Self>>(jid: Option<T>, number: Option<Self>) -> Result<T, Invalid> {
        let named = jid.or(number.map(T::from));
        named.ok_or_else(|| Invalid::field("jid", "jid or number is required"))
    }
}

impl From<Person> for Chat {
    fn from(person: Person) -> Self {
        Self::Person(person)
    }
}

/// Each is read from a text, and is one in the API's document.
macro_rules! read_from_text {
    ($($name:ident: $example:literal)*) => {
        $(
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(deserializer)?;
                    text.parse().map_err(D::Error::custom)
                }
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let text = ObjectBuilder::new().schema_type(Type::String);
                    text.examples([$example]).into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )*
    };
}

read_from_text! {
    PhoneNumber: "5511999999999"
    Person: "5511999999999@s.whatsapp.net"
    GroupJid: "120363021234567890@g.us"
    Chat: "5511999999999@s.whatsapp.net"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_are_named_in_three_ways() {
        let table = [
            ("5511999999999", Some("5511999999999@s.whatsapp.net")),
            ("+55 11 99999-9999", Some("5511999999999@s.whatsapp.net")),
            (
                "5511999999999@s.whatsapp.net",
                Some("5511999999999@s.whatsapp.net"),
            ),
            ("123456789012345@lid", Some("123456789012345@lid")),
            ("5511999999999:3@s.whatsapp.net", None),
            ("120363000000000000@g.us", None),
            ("status@broadcast", None),
            ("@lid", None),
            ("", None),
        ];
        for (text, expected) in table {
            let person = text.parse::<Person>().ok().map(|person| person.to_string());
            assert_eq!(person.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn groups_are_told_from_people() {
        for text in ["120363021234567890@g.us", " 5511999999999-1600000000@g.us "] {
            assert_eq!(
                text.parse::<GroupJid>().map(|group| group.to_string()),
                Ok(text.trim().to_owned())
            );
        }
        for text in [
            "@g.us",
            "12036302@newsletter",
            "5511999999999",
            "a@g.us",
            "",
        ] {
            assert_eq!(text.parse::<GroupJid>(), Err(NoGroup), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_once_reads_the_same_again(text in "\\PC{0,40}") {
            if let Ok(person) = text.parse::<Person>() {
                prop_assert_eq!(person.to_string().parse(), Ok(person));
            }
        }

        #[test]
        fn every_way_to_write_a_number_is_the_same_person(digits in "[1-9][0-9]{9,14}", at in 0usize..9) {
            let spread = format!("+{} ({})-", &digits[..at], &digits[at..]);
            prop_assert_eq!(spread.parse::<Person>(), digits.parse());
        }
    }

    #[test]
    fn numbers_are_cleaned_or_refused() {
        let table = [
            ("5511999999999", Some("5511999999999")),
            (" +55 (11) 88888-8888 ", Some("5511888888888")),
            ("123456789", None),
            ("1234567890123456", None),
            ("0511999999999", None),
            ("55119999x9999", None),
            ("++5511999999999", None),
            ("٥٥١١٩٩٩٩٩٩٩", None),
            ("", None),
        ];
        for (text, expected) in table {
            let digits = text
                .parse::<PhoneNumber>()
                .ok()
                .map(|number| number.to_string());
            assert_eq!(digits.as_deref(), expected, "{text:?}");
        }
    }
}
