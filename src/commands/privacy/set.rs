//! One of the account's own privacy settings, changed with one stanza.

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};

/// What a caller may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    LastSeen,
    Status,
    Profile,
    Online,
    ReadReceipts,
    CallAdd,
    GroupAdd,
}

/// The longest wrong value that is repeated to the caller, in characters.
const LONGEST_ECHO: usize = 100;

impl Field {
    /// In the order in which they are checked and applied.
    pub const ALL: [Self; 7] = [
        Self::LastSeen,
        Self::Status,
        Self::Profile,
        Self::Online,
        Self::ReadReceipts,
        Self::CallAdd,
        Self::GroupAdd,
    ];

    /// As callers know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LastSeen => "lastSeen",
            Self::Status => "status",
            Self::Profile => "profile",
            Self::Online => "online",
            Self::ReadReceipts => "readReceipts",
            Self::CallAdd => "callAdd",
            Self::GroupAdd => "groupAdd",
        }
    }

    /// As WhatsApp knows it.
    pub fn category(self) -> &'static str {
        match self {
            Self::LastSeen => "last",
            Self::Status => "status",
            Self::Profile => "profile",
            Self::Online => "online",
            Self::ReadReceipts => "readreceipts",
            Self::CallAdd => "calladd",
            Self::GroupAdd => "groupadd",
        }
    }

    fn values(self) -> &'static [&'static str] {
        match self {
            Self::LastSeen | Self::Status | Self::Profile => {
                &["all", "contacts", "contact_blacklist", "none"]
            }
            Self::Online => &["all", "match_last_seen"],
            Self::ReadReceipts => &["all", "none"],
            Self::CallAdd => &["all", "known"],
            Self::GroupAdd => &["all", "contacts", "contact_blacklist"],
        }
    }

    /// Refuses what is no value of this field.
    pub fn check(self, value: &str) -> Result<(), Invalid> {
        if self.values().contains(&value) {
            return Ok(());
        }
        let (name, valid) = (self.name(), self.values().join(", "));
        let echo: String = value.chars().take(LONGEST_ECHO).collect();
        let problem = format!("Invalid {name} value: {echo}. Valid values: {valid}");
        Err(Invalid::field(name, problem))
    }
}

pub struct SetPrivacy {
    field: Field,
    value: String,
}

impl SetPrivacy {
    /// Refuses what is no value of this field.
    pub fn new(field: Field, value: String) -> Result<Self, Invalid> {
        field.check(&value)?;
        Ok(Self { field, value })
    }

    pub fn field(&self) -> Field {
        self.field
    }
}

impl Command for SetPrivacy {
    type Reply = ();
    const SUMMARY: &'static str = "Changes one of the account's own privacy settings";
    const OPERATION: Operation = Operation::new("own_privacy", Envelope::Ryze);

    async fn run(self, session: Session) -> Result<(), Failure> {
        let category = self.field.category();
        session.privacy().set(category, &self.value).await
    }
}
