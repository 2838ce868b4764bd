//! Stretches of a text.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Where something stands in a text, in characters: where it begins, and where what follows it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span(Range<usize>);

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.0
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ends = Vec::<u32>::deserialize(deserializer)?;
        match ends[..] {
            [start, end] if start < end => Ok(Self(start as usize..end as usize)),
            _ => Err(D::Error::custom(
                "must be [start, end], with the end after the start",
            )),
        }
    }
}

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        let place = ObjectBuilder::new().schema_type(Type::Integer);
        let ends = ArrayBuilder::new().items(place.minimum(Some(0)));
        ends.min_items(Some(2)).max_items(Some(2)).into()
    }
}

impl ToSchema for Span {
    fn name() -> Cow<'static, str> {
        "Span".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_before_it_ends() {
        let read = |text: &str| serde_json::from_str::<Span>(text).ok();
        assert_eq!(read("[9, 14]").map(Range::from), Some(9..14));
        for text in [
            "[]", "[1]", "[2,2]", "[3,2]", "[-1,2]", "[1,2,3]", "[0.5,1]", "1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
