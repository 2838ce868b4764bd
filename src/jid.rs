//! The words for people and groups on WhatsApp, as callers write them: parsed once, and right from then on.

mod flaw;
mod invite;
mod link;
mod number;
mod plain;
#[cfg(test)]
mod tests;
mod written;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub use self::flaw::Flaw;
pub use self::invite::{InviteCode, NoInvite};
use self::written::{Named, read};
use crate::failure::Invalid;

const BY_PHONE: &str = "s.whatsapp.net";
const BY_LID: &str = "lid";
const GROUP: &str = "g.us";
/// How much of a wrong text is repeated, in characters.
const LONGEST_ECHO: usize = 80;

/// Country code and national number, 7 to 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// The contract's text, whatever the flaw.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid phone number format")]
pub struct BadNumber(#[source] Flaw);

impl FromStr for PhoneNumber {
    type Err = BadNumber;

    /// Somebody who is named by number, in whatever notation.
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        match read(text).map_err(BadNumber)? {
            Named::Phone(digits) => Ok(Self(digits)),
            Named::Lid(_) => Err(BadNumber(Flaw::Lid)),
            Named::Group(_) => Err(BadNumber(Flaw::Group)),
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

/// A user, never a group or a newsletter. Where one of a user's devices is named, its user is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    Phone(PhoneNumber),
    /// Digits.
    Lid(String),
}

/// The text, as far as it is repeated, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither a phone number nor a user JID such as 5511999999999@s.whatsapp.net: it {1}"
)]
pub struct NoPerson(String, #[source] Flaw);

impl NoPerson {
    fn new(text: &str, flaw: Flaw) -> Self {
        Self(text.chars().take(LONGEST_ECHO).collect(), flaw)
    }

    /// The same about a field, whose value this is, or a list that it stands on.
    pub fn in_field(self, field: &str) -> Invalid {
        let mut invalid = Invalid::field(field, format!("{field}: {self}"));
        invalid.value = Some(Box::new(self.0.into()));
        invalid
    }
}

impl FromStr for Person {
    type Err = NoPerson;

    fn from_str(text: &str) -> Result<Self, NoPerson> {
        match text.parse()? {
            Chat::Person(person) => Ok(person),
            Chat::Group(_) => Err(NoPerson::new(text, Flaw::Group)),
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
        match text.parse() {
            Ok(Chat::Group(group)) => Ok(group),
            _ => Err(NoGroup),
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
        let named = read(text).map_err(|flaw| NoPerson::new(text, flaw))?;
        Ok(match named {
            Named::Phone(digits) => Self::Person(Person::Phone(PhoneNumber(digits))),
            Named::Lid(user) => Self::Person(Person::Lid(user)),
            Named::Group(id) => Self::Group(GroupJid(format!("{id}@{GROUP}"))),
        })
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
    ($($name:ident: $example:literal, $same_text_for_all:literal;)*) => {
        $(
            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(deserializer)?;
                    match text.trim().is_empty() && !$same_text_for_all {
                        true => Err(D::Error::custom("is required")),
                        false => text.parse().map_err(D::Error::custom),
                    }
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
    PhoneNumber: "5511999999999", true;
    Person: "5511999999999@s.whatsapp.net", false;
    GroupJid: "120363021234567890@g.us", false;
    Chat: "5511999999999@s.whatsapp.net", false;
}
