//! Communities: groups in which nobody writes, and which hold others together.

mod create;
mod links;
mod members;

use whatsapp_rust::ErrorChainExt;
use whatsapp_rust::features::{CommunityError, CommunitySubgroup};

pub use self::create::{Created, NewCommunity};
pub use self::links::{
    BELONGS_ALREADY, COMES_WITH_IT, IS_COMMUNITY, Link, LinkOutcome, NO_ROOM, NOT_ADMIN_OF_GROUP,
    NOT_IN_GROUP, NOT_LINKED,
};
use super::groups::{self, Group};
use super::{Session, failures, jids};
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;

/// There is no such community, or this account is not in it.
pub const NOT_FOUND: Failure = Failure::NotFound("community not found");
/// The account is in it, and does not lead it.
pub const NOT_ADMIN: Failure =
    Failure::documented(403, "only an admin of the community can do that");

/// A group of a community.
#[derive(Clone, Debug)]
pub struct Part {
    /// `<digits>@g.us`
    pub jid: String,
    /// Its name.
    pub subject: String,
    /// How many people are in it; `None`: WhatsApp has not told.
    pub members: Option<u32>,
    /// Everybody of the community is in it, and admins write.
    pub is_announcements: bool,
    /// It is for everybody who wants to talk.
    pub is_general: bool,
}

/// The communities that the account is in.
pub struct Communities<'a>(&'a Session);

impl Session {
    /// The communities that the account is in.
    pub fn communities(&self) -> Communities<'_> {
        Communities(self)
    }
}

impl Communities<'_> {
    /// A community that this account is in; otherwise [`NOT_FOUND`], or that the group is none.
    pub async fn info(&self, community: &GroupJid) -> Result<Group, Failure> {
        let found = match self.0.groups().info(community).await {
            Err(failure) if failure == groups::NOT_FOUND => Err(NOT_FOUND),
            found => found,
        }?;
        match found.community.is_parent {
            true => Ok(found),
            false => {
                let problem = "jid is of a group that is no community";
                Err(Invalid::field("jid", problem).into())
            }
        }
    }

    /// The groups of a community, and how many people are in each.
    pub async fn groups(&self, community: &GroupJid) -> Result<Vec<Part>, Failure> {
        let jid = jids::group(community);
        let counts = async {
            let community = self.0.client.community();
            let told = community.get_subgroup_participant_counts(&jid).await;
            told.map_err(failures::community)
        };
        let (groups, counts) = futures::try_join!(self.parts(community), self.0.query(counts))?;
        let counted = groups.into_iter().map(|group| {
            let mut counts = counts.iter();
            let count = counts.find(|(jid, _)| jid.to_string() == group.jid);
            Part {
                members: count.map(|(_, count)| *count).or(group.members),
                ..group
            }
        });
        Ok(counted.collect())
    }

    /// The groups of a community, uncounted.
    async fn parts(&self, community: &GroupJid) -> Result<Vec<Part>, Failure> {
        let jid = jids::group(community);
        let asked = async {
            let told = self.0.client.community().get_subgroups(&jid).await;
            told.map_err(failures::community)
        };
        let told = self.0.query(asked).await?;
        Ok(told.into_iter().map(Part::from).collect())
    }

    /// Has WhatsApp change something in a community. Also [`NOT_FOUND`] and [`NOT_ADMIN`].
    async fn have<T>(
        &self,
        work: impl Future<Output = Result<T, CommunityError>>,
    ) -> Result<T, Failure> {
        let done = async { work.await.map_err(denied) };
        self.0.changes(self.0.query(done)).await
    }
}

/// Why something was not changed in a community that the account is in.
fn denied(error: CommunityError) -> Failure {
    match error.server_rejection().map(|rejection| rejection.code) {
        Some(401 | 403) => NOT_ADMIN,
        Some(404 | 410) => NOT_FOUND,
        _ => failures::community(error),
    }
}

impl From<CommunitySubgroup> for Part {
    fn from(told: CommunitySubgroup) -> Self {
        Self {
            jid: told.id.to_string(),
            subject: told.subject,
            members: told.participant_count,
            is_announcements: told.is_default_sub_group,
            is_general: told.is_general_chat,
        }
    }
}
