//! Who a device is: the phone number of its account and its number within it. 0 is the phone.

use std::fmt;

use serde::{Deserialize, Serialize};
use wacore_libsignal::protocol::{DeviceId, ProtocolAddress};

/// One device of one account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    pub phone: String,
    pub device: u16,
}

impl Address {
    pub fn new(phone: &str, device: u16) -> Self {
        Self {
            phone: phone.to_owned(),
            device,
        }
    }

    /// The phone of the account with this number.
    pub fn phone(phone: &str) -> Self {
        Self::new(phone, 0)
    }

    pub fn is_phone(&self) -> bool {
        self.device == 0
    }

    /// Under which name Signal sessions with this device lie, for each of the two.
    pub fn protocol_address(&self, form: Form) -> ProtocolAddress {
        let name = match form {
            Form::Pn => self.to_string(),
            Form::Lid => format!("{self}@lid"),
        };
        ProtocolAddress::new(&name, DeviceId::new(0))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.phone, self.device)
    }
}

/// The two names every user has; a reply speaks in the one it was asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// `<digits>@s.whatsapp.net`
    Pn,
    /// `<opaque digits>@lid`
    Lid,
}

impl Form {
    pub fn other(self) -> Self {
        match self {
            Self::Pn => Self::Lid,
            Self::Lid => Self::Pn,
        }
    }
}
