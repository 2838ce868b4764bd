//! Places and directions, in degrees.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! degrees {
    ($($(#[$doc:meta])* $name:ident: $least:literal to $most:literal)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct $name(f64);

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let degrees = f64::deserialize(deserializer)?;
                    match ($least..=$most).contains(&degrees) {
                        true => Ok(Self(degrees)),
                        false => Err(D::Error::custom(concat!("must be from ", $least, " to ", $most))),
                    }
                }
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let number = ObjectBuilder::new().schema_type(Type::Number);
                    number.minimum(Some($least)).maximum(Some($most)).into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }

            impl From<$name> for f64 {
                fn from(degrees: $name) -> Self {
                    degrees.0
                }
            }
        )*
    };
}

degrees! {
    /// How far north, or, below 0, south.
    Latitude: -90.0 to 90.0
    /// How far east, or, below 0, west.
    Longitude: -180.0 to 180.0
    /// Clockwise from north.
    Heading: 0.0 to 360.0
}

impl From<Heading> for u32 {
    fn from(heading: Heading) -> Self {
        heading.0.round() as Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nowhere_on_earth_is_refused() {
        for (text, right) in [
            ("-90", true),
            ("90.0", true),
            ("90.0001", false),
            ("-1e300", false),
        ] {
            assert_eq!(
                serde_json::from_str::<Latitude>(text).is_ok(),
                right,
                "{text}"
            );
        }
        assert!(serde_json::from_str::<Longitude>("180").is_ok());
        assert!(serde_json::from_str::<Longitude>("-180.5").is_err());
        let heading = serde_json::from_str::<Heading>("359.6").expect("a heading");
        assert_eq!(u32::from(heading), 360);
    }
}
