//! POST and DELETE /communities/{jid}/groups — which groups belong to a community.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::communities::{
    BELONGS_ALREADY, COMES_WITH_IT, IS_COMMUNITY, Link, LinkOutcome, NO_ROOM, NOT_ADMIN,
    NOT_ADMIN_OF_GROUP, NOT_FOUND, NOT_IN_GROUP, NOT_LINKED,
};
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;

/// So many groups fit into a community.
const MOST: usize = 100;

/// Which groups are to belong to it: one, or several of which each is answered for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"group_jid": "120363021234567899@g.us"}))]
pub struct LinkGroups {
    /// The community's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// One group, by its JID; when it is refused, so is the request.
    #[schema(value_type = Option<String>)]
    group_jid: Option<GroupJid>,
    /// Several, at most 100.
    #[schema(value_type = Option<Vec<String>>)]
    group_jids: Option<Vec<GroupJid>>,
}

/// Which groups are to belong to it no longer: one, or several of which each is answered for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"group_jid": "120363021234567899@g.us"}))]
pub struct UnlinkGroups {
    /// The community's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// One group, by its JID; when it is refused, so is the request.
    #[schema(value_type = Option<String>)]
    group_jid: Option<GroupJid>,
    /// Several, at most 100.
    #[schema(value_type = Option<Vec<String>>)]
    group_jids: Option<Vec<GroupJid>>,
    /// Members leave the community who are in no other group of it; left out: they stay.
    remove_orphaned_members: Option<bool>,
}

/// Links groups, or takes them from a community.
pub struct Linking<const LINKS: bool> {
    jid: GroupJid,
    groups: Groups,
    remove_orphans: bool,
}

enum Groups {
    One(GroupJid),
    Several(Vec<GroupJid>),
}

/// What became of each of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = CommunityLinks,
    example = json!({
        "jid": "120363021234567890@g.us",
        "action": "link",
        "groups": [{"group_jid": "120363021234567899@g.us", "status": "ok"}],
        "refused": 0
    })
)]
pub struct Linked {
    /// The community's.
    jid: String,
    action: Action,
    /// In the order of the request.
    groups: Vec<Told>,
    /// With how many of them it was not done.
    refused: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CommunityLinksAction)]
enum Action {
    Link,
    Unlink,
}

/// What became of one group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommunityLinkOutcome)]
struct Told {
    group_jid: String,
    status: Status,
    /// WhatsApp's own, of what was refused; absent where it has not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CommunityLinkStatus)]
enum Status {
    /// It was done.
    Ok,
    /// It was not done.
    Refused,
}

impl From<LinkOutcome> for Told {
    fn from(outcome: LinkOutcome) -> Self {
        let (status, code, error) = match outcome.refused {
            None => (Status::Ok, None, None),
            Some((code, why)) => (Status::Refused, code, Some(why.to_string())),
        };
        Self {
            group_jid: outcome.jid,
            status,
            code,
            error,
        }
    }
}

/// One of both says which groups.
fn groups(
    community: &GroupJid,
    one: Option<GroupJid>,
    several: Option<Vec<GroupJid>>,
) -> Result<Groups, Invalid> {
    let groups = match (one, several) {
        (Some(one), None) => Groups::One(one),
        (None, Some(several)) => Groups::Several(several),
        (None, None) => {
            let problem = "group_jid or group_jids is required";
            return Err(Invalid::field("group_jid", problem));
        }
        (Some(_), Some(_)) => {
            let problem = "group_jids must not stand beside group_jid";
            return Err(Invalid::field("group_jids", problem));
        }
    };
    let several = groups.all();
    let field = match groups {
        Groups::One(_) => "group_jid",
        Groups::Several(_) => "group_jids",
    };
    let problem = match several {
        [] => "must name at least one group".to_owned(),
        several if several.len() > MOST => format!("must not hold more than {MOST} groups"),
        several if several.contains(community) => "names the community itself".to_owned(),
        several => match (1..several.len()).find(|at| several[..*at].contains(&several[*at])) {
            Some(at) => format!("names {} twice", several[at]),
            None => return Ok(groups),
        },
    };
    Err(Invalid::field(field, format!("{field} {problem}")))
}

impl Groups {
    fn all(&self) -> &[GroupJid] {
        match self {
            Self::One(group) => std::slice::from_ref(group),
            Self::Several(groups) => groups,
        }
    }
}

impl Input for LinkGroups {
    type Command = Linking<true>;

    fn check(self) -> Result<Linking<true>, Invalid> {
        Ok(Linking {
            groups: groups(&self.jid, self.group_jid, self.group_jids)?,
            jid: self.jid,
            remove_orphans: false,
        })
    }
}

impl Input for UnlinkGroups {
    type Command = Linking<false>;

    fn check(self) -> Result<Linking<false>, Invalid> {
        Ok(Linking {
            groups: groups(&self.jid, self.group_jid, self.group_jids)?,
            jid: self.jid,
            remove_orphans: self.remove_orphaned_members.unwrap_or_default(),
        })
    }
}

impl<const LINKS: bool> Command for Linking<LINKS> {
    type Reply = Linked;
    const SUMMARY: &'static str = match LINKS {
        true => "Links groups to a community, and says of each what became of it",
        false => "Takes groups from a community, and says of each what became of it",
    };
    const OPERATION: Operation =
        Operation::new("community_groups", Envelope::Flat).failing_with(match LINKS {
            true => "failed to link group",
            false => "failed to unlink group",
        });
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        let of_group = match LINKS {
            true => vec![
                NOT_ADMIN_OF_GROUP,
                NOT_IN_GROUP,
                BELONGS_ALREADY,
                IS_COMMUNITY,
                NO_ROOM,
            ],
            false => vec![NOT_LINKED, COMES_WITH_IT],
        };
        [vec![NOT_FOUND, NOT_ADMIN], of_group].concat()
    }

    async fn run(self, session: Session) -> Result<Linked, Failure> {
        let (action, link) = match LINKS {
            true => (Action::Link, Link::Link),
            false => {
                let remove_orphans = self.remove_orphans;
                (Action::Unlink, Link::Unlink { remove_orphans })
            }
        };
        let communities = session.communities();
        let outcomes = communities.link(&self.jid, link, self.groups.all()).await?;
        let refused = outcomes.iter().find_map(|one| one.refused.clone());
        if let (Groups::One(_), Some((_, failure))) = (&self.groups, refused) {
            return Err(failure);
        }
        let groups: Vec<Told> = outcomes.into_iter().map(Told::from).collect();
        let is_refused = |one: &&Told| one.status == Status::Refused;
        Ok(Linked {
            jid: self.jid.to_string(),
            action,
            refused: groups.iter().filter(is_refused).count(),
            groups,
        })
    }
}
