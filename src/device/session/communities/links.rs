//! Which groups belong to a community: each of several is answered for.

use wacore_binary::Jid;

use super::Communities;
use crate::device::session::jids;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// The account is in the group, and does not lead it.
pub const NOT_ADMIN_OF_GROUP: Failure =
    Failure::documented(403, "this account is no admin of the group");
/// There is no such group, or the account is not in it.
pub const NOT_IN_GROUP: Failure = Failure::documented(404, "group not found");
/// It is a group, and not of this community.
pub const NOT_LINKED: Failure =
    Failure::documented(404, "the group does not belong to this community");
/// It is of a community already, be it this one.
pub const BELONGS_ALREADY: Failure =
    Failure::documented(409, "the group belongs to a community already");
/// A community is no group of another.
pub const IS_COMMUNITY: Failure = Failure::documented(409, "the group is itself a community");
/// There are as many groups in it as may be.
pub const NO_ROOM: Failure =
    Failure::documented(409, "there is no room in the community for another group");
/// The announcement group or the general chat.
pub const COMES_WITH_IT: Failure =
    Failure::documented(409, "the group comes with the community, and stays in it");

/// What is done with groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Link,
    Unlink {
        /// Members leave the community who are in no other group of it.
        remove_orphans: bool,
    },
}

/// What became of one group.
#[derive(Clone, Debug)]
pub struct LinkOutcome {
    /// `<digits>@g.us`
    pub jid: String,
    /// Why nothing was done, with WhatsApp's own code where it has said; `None`: it was.
    pub refused: Option<(Option<u16>, Failure)>,
}

impl Communities<'_> {
    /// Links groups to a community, or takes them from it. The whole is refused where the account does not lead the
    /// community; otherwise each is answered for, in their order.
    pub async fn link(
        &self,
        community: &GroupJid,
        link: Link,
        groups: &[GroupJid],
    ) -> Result<Vec<LinkOutcome>, Failure> {
        self.info(community).await?;
        let asked: Vec<Jid> = groups.iter().map(jids::group).collect();
        let parent = jids::group(community);
        let (done, failed) = self
            .have(async {
                let communities = self.0.client.community();
                Ok(match link {
                    Link::Link => {
                        let told = communities.link_subgroups(parent, &asked).await?;
                        (told.linked_jids, told.failed_groups)
                    }
                    Link::Unlink { remove_orphans } => {
                        let told = communities.unlink_subgroups(parent, &asked, remove_orphans);
                        let told = told.await?;
                        (told.unlinked_jids, told.failed_groups)
                    }
                })
            })
            .await?;
        let outcome = |jid: Jid| {
            let code = failed.iter().find(|(failed, _)| *failed == jid);
            let code = code.map(|(_, code)| u16::try_from(*code).unwrap_or(u16::MAX));
            let refused = match code {
                Some(code) => Some((Some(code), refusal(link, code))),
                None if done.contains(&jid) => None,
                None => Some((None, Failure::Refused("no word of the group".into()))),
            };
            LinkOutcome {
                jid: jid.to_string(),
                refused,
            }
        };
        Ok(asked.into_iter().map(outcome).collect())
    }
}

/// What a code says of one group.
fn refusal(link: Link, code: u16) -> Failure {
    match (link, code) {
        (_, 401 | 403) => NOT_ADMIN_OF_GROUP,
        (Link::Link, 400) => IS_COMMUNITY,
        (Link::Link, 404 | 410) => NOT_IN_GROUP,
        (Link::Link, 409) => BELONGS_ALREADY,
        (Link::Link, 406 | 412 | 419) => NO_ROOM,
        (Link::Unlink { .. }, 404 | 410) => NOT_LINKED,
        (Link::Unlink { .. }, 406) => COMES_WITH_IT,
        (_, code) => Failure::Refused(code.to_string()),
    }
}
