//! Colours, as web pages write them.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// `#1E6E4F`, and nothing shines through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// `0xAARRGGBB`
    pub argb: u32,
}

const OPAQUE: u32 = 0xFF00_0000;

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.trim();
        let digits = digits.strip_prefix('#').unwrap_or(digits);
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let rgb = is_hex
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten();
        let rgb = rgb.ok_or_else(|| D::Error::custom("must be a colour like #1E6E4F"))?;
        Ok(Self { argb: OPAQUE | rgb })
    }
}

impl PartialSchema for Color {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.pattern(Some("^#?[0-9A-Fa-f]{6}$")).into()
    }
}

impl ToSchema for Color {
    fn name() -> Cow<'static, str> {
        "Color".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_a_colour_and_nothing_else_is() {
        let read = |text: &str| serde_json::from_value::<Color>(text.into()).ok();
        for text in ["#1E6E4F", "1e6e4f", " #1e6e4f "] {
            assert_eq!(read(text), Some(Color { argb: 0xFF1E_6E4F }), "{text}");
        }
        for text in ["", "#", "#FFF", "#1E6E4FFF", "green", "+1E6E4", "#１E6E4F"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
