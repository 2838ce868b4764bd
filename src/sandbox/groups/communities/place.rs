//! How a group belongs to a community.

use serde::{Deserialize, Serialize};

use crate::sandbox::group::Group;

/// Members of a community, and so of its announcement group.
const MEMBERS: usize = 5000;
/// Admins of a community, and so of its announcement group.
const ADMINS: usize = 20;

/// How a group belongs to a community, which is named by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    #[default]
    Alone,
    /// It is the community itself, in which nobody writes.
    Community(Terms),
    /// Everybody of the community is in it, and admins write.
    Announcements(String),
    /// For everybody who wants to talk.
    General(String),
    /// Any other group of a community.
    Linked(String),
}

/// What holds in a community.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Admins decide who comes in.
    pub closed: bool,
    /// Members add groups, too.
    pub members_create: bool,
}

impl Place {
    /// The community that a group belongs to; none of a community itself.
    pub fn within(&self) -> Option<&str> {
        match self {
            Self::Alone | Self::Community(_) => None,
            Self::Announcements(id) | Self::General(id) | Self::Linked(id) => Some(id),
        }
    }

    pub fn is_community(&self) -> bool {
        matches!(self, Self::Community(_))
    }

    pub fn is_announcements(&self) -> bool {
        matches!(self, Self::Announcements(_))
    }

    /// How many people such a group takes; `None`: as many as any.
    pub fn room(&self) -> Option<usize> {
        (self.is_community() || self.is_announcements()).then_some(MEMBERS)
    }
}

impl Group {
    /// Whether somebody may be one of its admins.
    pub fn takes_admin(&self, phone: &str) -> bool {
        let few = self.place.is_community() || self.place.is_announcements();
        !few || self.admins.contains(phone) || self.admins.len() < ADMINS
    }

    /// Whether it is a group of this community.
    pub fn is_within(&self, community: &str) -> bool {
        self.place.within() == Some(community)
    }
}
