//! Texts that say something.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A text that is more than white space. It is kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonBlank(String);

impl From<NonBlank> for String {
    fn from(text: NonBlank) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for NonBlank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.trim().is_empty() {
            true => Err(D::Error::custom("cannot be empty")),
            false => Ok(Self(text)),
        }
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
