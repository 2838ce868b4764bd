//! Texts that say something.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A text that is more than white space. It is kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonBlank(String);

impl NonBlank {
    /// `None`: it is blank.
    pub fn new(text: String) -> Option<Self> {
        (!text.trim().is_empty()).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<NonBlank> for String {
    fn from(text: NonBlank) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for NonBlank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Self::new(String::deserialize(deserializer)?);
        text.ok_or_else(|| D::Error::custom("cannot be empty"))
    }
}

impl PartialSchema for NonBlank {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.min_length(Some(1)).into()
    }
}

impl ToSchema for NonBlank {
    fn name() -> Cow<'static, str> {
        "NonBlank".into()
    }
}

/// A text that people read in a chat: 1 to 4096 characters, kept as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Characters that the contract allows.
    pub const LONGEST: usize = 4096;
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for MessageText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Text that shows nothing is no text, as a phone sees it.
        if text.trim().is_empty() || text.chars().count() > Self::LONGEST {
            let longest = Self::LONGEST;
            let wrong = format!("is required and must be between 1 and {longest} characters");
            return Err(D::Error::custom(wrong));
        }
        Ok(Self(text))
    }
}

impl PartialSchema for MessageText {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.min_length(Some(1))
            .max_length(Some(Self::LONGEST))
            .into()
    }
}

impl ToSchema for MessageText {
    fn name() -> Cow<'static, str> {
        "MessageText".into()
    }
}

/// What stands below media: at most 1024 characters, kept as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption(String);

impl Caption {
    /// Characters that the contract allows.
    pub const LONGEST: usize = 1024;
}

impl From<Caption> for String {
    fn from(text: Caption) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for Caption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > Self::LONGEST {
            let longest = Self::LONGEST;
            let wrong = format!("must not be longer than {longest} characters");
            return Err(D::Error::custom(wrong));
        }
        Ok(Self(text))
    }
}

impl PartialSchema for Caption {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.max_length(Some(Self::LONGEST)).into()
    }
}

impl ToSchema for Caption {
    fn name() -> Cow<'static, str> {
        "Caption".into()
    }
}

/// A reaction: an emoji, or nothing, which takes one back; to leave it out says neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoji(String);

/// Characters of one emoji with all of its parts, and some more.
const LONGEST_EMOJI: usize = 32;

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

impl<'de> Deserialize<'de> for Emoji {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = "must be an emoji, or an empty string to take the reaction back";
        // Whatever is there: as a string, what is missing would be read as an empty one.
        let Value::String(text) = Value::deserialize(deserializer)? else {
            return Err(D::Error::custom(wrong));
        };
        let is_none = |c: char| c.is_ascii_alphabetic() || c.is_whitespace();
        match text.contains(is_none) || text.chars().count() > LONGEST_EMOJI {
            true => Err(D::Error::custom(wrong)),
            false => Ok(Self(text)),
        }
    }
}

impl PartialSchema for Emoji {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.max_length(Some(LONGEST_EMOJI)).into()
    }
}

impl ToSchema for Emoji {
    fn name() -> Cow<'static, str> {
        "Emoji".into()
    }
}

/// What a group says of itself: at most 2048 characters, or nothing, which takes it away; to leave it out says neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic(Option<String>);

impl Topic {
    /// Characters that WhatsApp takes.
    pub const LONGEST: usize = 2048;

    /// `None`: it was left out.
    pub fn text(self) -> Option<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().count() > Self::LONGEST {
            true => {
                let wrong = format!("must not be longer than {} characters", Self::LONGEST);
                Err(D::Error::custom(wrong))
            }
            // What shows nothing is no text, as a phone sees it.
            false if text.trim().is_empty() => Ok(Self(Some(String::new()))),
            false => Ok(Self(Some(text))),
        }
    }
}
