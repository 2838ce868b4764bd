//! Identifiers: newtypes over UUID v4, so that a user can never be passed where a device is meant.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $nothing:literal, $no_uuid:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new random identifier.
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let wrong = if text.trim().is_empty() { $nothing } else { $no_uuid };
                text.parse().map_err(|_| D::Error::custom(wrong))
            }
        }
    };
}

/// A new id for a message, as WhatsApp's own clients write them.
pub fn new_message_id() -> String {
    let random: [u8; 9] = rand::random();
    format!("3EB0{}", hex::encode_upper(random))
}

id!(
    /// One paired (or yet to be paired) WhatsApp linked device.
    DeviceId, "is required", "must be a UUID"
);
id!(
    /// An organisation; users of different tenants never see each other's things.
    TenantId, "tenant ID is required", "tenant ID must be a UUID"
);
id!(
    /// A token that was given away, by what it is called: the token itself is a secret.
    TokenId, "is required", "must be a UUID"
);
id!(
    /// A link by which somebody pairs one device; the secret in it is another.
    LinkId, "is required", "must be a UUID"
);
id!(
    /// Someone who calls the API with a bearer token.
    UserId, "is required", "must be a UUID"
);
