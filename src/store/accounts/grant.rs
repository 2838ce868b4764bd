//! What a token may that was given away.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{DeviceId, TokenId};

/// One of the things that such a token can be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TokenScope)]
pub enum Scope {
    /// Whatever only looks.
    Read,
    /// Whatever sends, or changes something on WhatsApp.
    Send,
    /// Devices, webhooks and users.
    Manage,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Send, Self::Manage];

    /// As the API and the database spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Send => "send",
            Self::Manage => "manage",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Send => 2,
            Self::Manage => 4,
        }
    }
}

/// Some of the scopes. None of them includes another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether this one is among them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those that are among them, in their order.
    pub fn list(self) -> Vec<Scope> {
        let all = Scope::ALL.into_iter();
        all.filter(|scope| self.contains(*scope)).collect()
    }

    /// Their names with blanks between, as they are stored.
    pub fn names(self) -> String {
        let names: Vec<&str> = self.list().into_iter().map(Scope::name).collect();
        names.join(" ")
    }

    /// From [`Self::names`]. What a newer wutsd has written and this one does not know allows nothing.
    pub fn parse(names: &str) -> Self {
        let all = Scope::ALL.into_iter();
        all.filter(|scope| names.split(' ').any(|name| name == scope.name()))
            .collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// How far a token reaches that was given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which token it is.
    pub token: TokenId,
    /// What it is good for.
    pub scopes: Scopes,
    /// The only device that it knows of; none: all of its user's.
    pub device: Option<DeviceId>,
    /// In Unix seconds; none: never.
    pub expires_at: Option<i64>,
}

impl Grant {
    /// Whether it is over. `now` is in Unix seconds.
    pub fn is_over(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_back_as_they_were_written() {
        for bits in 0..8 {
            let scopes = Scopes(bits);
            assert_eq!(Scopes::parse(&scopes.names()), scopes);
            assert_eq!(scopes.list().into_iter().collect::<Scopes>(), scopes);
        }
        assert_eq!(Scopes::parse("read everything").names(), "read");
    }
}
