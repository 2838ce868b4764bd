//! What files are called, and of which type they are.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The name of a file, without a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

/// Characters; no file system takes more.
const LONGEST_NAME: usize = 255;

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let stands_in_none = |c: char| c.is_control() || ['/', '\\'].contains(&c);
        let blank = name.trim().is_empty();
        if blank || name.chars().count() > LONGEST_NAME || name.contains(stands_in_none) {
            let wrong = format!(
                "must be the name of a file: 1 to {LONGEST_NAME} characters without / and \\"
            );
            return Err(D::Error::custom(wrong));
        }
        Ok(Self(name))
    }
}

impl PartialSchema for FileName {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.min_length(Some(1))
            .max_length(Some(LONGEST_NAME))
            .into()
    }
}

impl ToSchema for FileName {
    fn name() -> Cow<'static, str> {
        "FileName".into()
    }
}

/// A media type such as `application/pdf`, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MimeType(String);

const LONGEST_TYPE: usize = 255;

impl From<MimeType> for String {
    fn from(mime_type: MimeType) -> Self {
        mime_type.0
    }
}

impl MimeType {
    /// None: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (kind, rest) = text.split_once('/')?;
        let essence = rest.split(';').next().unwrap_or_default().trim_end();
        let plain = |part: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c);
            !part.is_empty() && part.chars().all(fits)
        };
        let visible = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        let fits = plain(kind) && plain(essence) && visible && text.len() <= LONGEST_TYPE;
        fits.then(|| Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for MimeType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom("must be a media type such as application/pdf");
        Self::parse(&text).ok_or_else(wrong)
    }
}

impl PartialSchema for MimeType {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.max_length(Some(LONGEST_TYPE)).into()
    }
}

impl ToSchema for MimeType {
    fn name() -> Cow<'static, str> {
        "MimeType".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_has_two_parts_and_perhaps_parameters() {
        for text in [
            "application/pdf",
            "audio/ogg; codecs=opus",
            "image/svg+xml",
            " text/plain;charset=utf-8 ",
        ] {
            assert_eq!(
                MimeType::parse(text).map(String::from).as_deref(),
                Some(text.trim())
            );
        }
        for text in ["", "pdf", "/", "a/", "a/b/c", "ä/b", "a/b\r\nc: d", "a b/c"] {
            assert_eq!(MimeType::parse(text), None, "{text:?}");
        }
    }
}
