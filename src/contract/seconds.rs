//! Times that a request asks to wait for.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Whole seconds, at most a minute: the caller waits for as long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seconds(u8);

const MOST: u8 = 60;

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0.into())
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom(format!("must be whole seconds from 0 to {MOST}"));
        let number = serde_json::Number::deserialize(deserializer)?;
        let number = number.as_u64().and_then(|number| number.try_into().ok());
        let within = number.filter(|number| *number <= MOST);
        within.map(Self).ok_or_else(wrong)
    }
}

impl PartialSchema for Seconds {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(0)).maximum(Some(MOST)).into()
    }
}

impl ToSchema for Seconds {
    fn name() -> Cow<'static, str> {
        "Seconds".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_whole_and_at_most_a_minute() {
        for (text, expected) in [("0", Some(0)), ("60", Some(60)), ("61", None)] {
            let read = serde_json::from_str::<Seconds>(text).ok();
            assert_eq!(read.map(Duration::from), expected.map(Duration::from_secs));
        }
        for text in ["-1", "1.5", "1e30", "18446744073709551616", "\"3\"", "true"] {
            assert!(serde_json::from_str::<Seconds>(text).is_err(), "{text}");
        }
    }
}
