//! Groups, as WhatsApp has them: every answer is read from there.

mod create;
mod denied;
mod invites;
mod members;
mod picture;
mod reading;
mod requests;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use wacore::client::context::GroupInfo;
use wacore::iq::groups::{GroupParticipatingIq, GroupQueryIq};
use wacore::types::message::AddressingMode;
use wacore_binary::Jid;
use whatsapp_rust::IqError;
use whatsapp_rust::features::{
    GroupError, GroupMetadata, GroupParticipant, MemberAddMode, MemberLinkMode, ParticipantType,
};

pub(super) use self::create::without_at;
pub use self::create::{Created, NewGroup};
pub use self::denied::NOT_ADMIN;
pub use self::invites::{
    EXPIRED, FULL, IN_ALREADY, Joined, LOCKED, NO_INVITATION, NO_LINKS, NOT_LET_IN, RESET,
    UNKNOWN_CODE, USED_UP,
};
pub use self::members::{Change, Invitation, Outcome, Refused};
use self::reading::{All, One};
pub use self::requests::Request;
pub use self::settings::Changes;
use super::{Session, failures, jids};
use crate::device::known_as::KnownAs;
use crate::device::told;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// There is no such group, or this account is not in it.
pub const NOT_FOUND: Failure = Failure::NotFound("group not found");

/// A group that this account is in.
#[derive(Clone, Debug)]
pub struct Group {
    /// `<digits>@g.us`
    pub jid: String,
    /// It calls its people by LID.
    pub by_lid: bool,
    /// Its name, which is empty where nobody gave it one.
    pub subject: String,
    /// Who gave it its name, and when.
    pub subject_set: Origin,
    /// What it says of itself.
    pub description: Option<Description>,
    /// Who made it, and when.
    pub created: Origin,
    /// What may be done in it, and by whom.
    pub settings: Settings,
    /// How it belongs to a community.
    pub community: Community,
    /// WhatsApp tells of all of them.
    pub participants: Vec<Participant>,
}

/// Who did something, and when, as far as WhatsApp tells.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Under which number and LID.
    pub by: Option<KnownAs>,
    /// To the second.
    pub at: Option<DateTime<Utc>>,
}

/// What a group says of itself.
#[derive(Clone, Debug)]
pub struct Description {
    /// WhatsApp's mark of this text: whoever changes it says which one is meant.
    pub id: Option<String>,
    /// As it was written.
    pub text: String,
    /// Who wrote it, and when.
    pub set: Origin,
}

/// What may be done in a group, and by whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Only admins write.
    pub announce: bool,
    /// Only admins change what the group shows of itself.
    pub locked: bool,
    /// Admins decide about who asks to join.
    pub join_approval: bool,
    /// Who may add people; `None`: WhatsApp does not tell.
    pub who_adds: Option<Who>,
    /// Who may hand out the invite link; `None`: WhatsApp does not tell.
    pub who_invites: Option<Who>,
    /// After how long messages disappear; `None`: never.
    pub disappears_after: Option<Duration>,
    /// WhatsApp has suspended it.
    pub suspended: bool,
}

/// Whom a group's setting means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Admins,
    Everybody,
}

/// How a group belongs to a community.
#[derive(Clone, Debug)]
pub struct Community {
    /// It is itself the community, whose groups are elsewhere.
    pub is_parent: bool,
    /// JID of the community that it belongs to.
    pub parent: Option<String>,
    /// It is the group in which the community's admins announce.
    pub is_announcements: bool,
    /// It is the community's group for everybody.
    pub is_general: bool,
}

/// Somebody in a group.
#[derive(Clone, Debug)]
pub struct Participant {
    /// As this group names its people: by number, or by LID.
    pub jid: String,
    /// Number and LID, as far as they are known.
    pub who: KnownAs,
    /// What they may do.
    pub role: Role,
}

/// What somebody may do in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Member,
    Admin,
    /// Who made the group: no other admin can take that away.
    SuperAdmin,
}

/// The groups that the account is in.
pub struct Groups<'a>(&'a Session);

impl Session {
    /// The groups that the account is in.
    pub fn groups(&self) -> Groups<'_> {
        Groups(self)
    }
}

impl Groups<'_> {
    /// Who is in a group, and how it calls them, as it was told last. Also [`NOT_FOUND`].
    pub(super) async fn query(&self, jid: &Jid) -> Result<Arc<GroupInfo>, Failure> {
        let asked = async {
            let groups = self.0.client.groups();
            groups.query_info(jid).await.map_err(not_told)
        };
        self.0.query(asked).await
    }

    /// A group that this account is in; otherwise [`NOT_FOUND`].
    pub async fn info(&self, group: &GroupJid) -> Result<Group, Failure> {
        let jid = jids::group(group);
        let asked = async {
            let told = self.0.client.execute(One(GroupQueryIq::new(&jid))).await;
            told.map_err(|error| not_told(error.into()))
        };
        let told = self.0.query(asked).await?;
        Ok(self.completed(told.into()).await)
    }

    /// With the names of its people that are known here.
    async fn completed(&self, mut group: Group) -> Group {
        for participant in &mut group.participants {
            let who = &mut participant.who;
            let one = match (&who.phone, &who.lid) {
                (Some(phone), None) => Jid::pn(phone),
                (None, Some(lid)) => Jid::lid(lid),
                _ => continue,
            };
            if let Some((phone, lid)) = self.0.lookup().both(&one).await {
                (who.phone, who.lid) = (Some(phone), Some(lid));
            }
        }
        group
    }

    /// All groups that this account is in, by name.
    pub async fn all(&self) -> Result<Vec<Group>, Failure> {
        let asked = async {
            let told = self
                .0
                .client
                .execute(All(GroupParticipatingIq::new()))
                .await;
            told.map_err(failures::unanswered)
        };
        let told = self.0.query(asked).await?;
        let mut groups = Vec::with_capacity(told.len());
        for group in told {
            groups.push(self.completed(group.into()).await);
        }
        groups.sort_by(|one, other| (&one.subject, &one.jid).cmp(&(&other.subject, &other.jid)));
        Ok(groups)
    }
}

/// Why nothing was told of a group.
pub(super) fn not_told(error: GroupError) -> Failure {
    match error {
        // Not in it, or there is none: WhatsApp does not always tell which.
        GroupError::Iq(IqError::ServerError {
            code: 401 | 403 | 404,
            ..
        }) => NOT_FOUND,
        error => failures::group(error),
    }
}

impl From<GroupMetadata> for Group {
    fn from(told: GroupMetadata) -> Self {
        let description = told.description.map(|text| Description {
            id: told.description_id,
            text,
            set: origin(
                told.description_owner,
                told.description_owner_pn,
                told.description_time,
            ),
        });
        let disappears_after = told.ephemeral.and_then(|ephemeral| ephemeral.expiration);
        Self {
            jid: told.id.to_string(),
            by_lid: told.addressing_mode == AddressingMode::Lid,
            subject: told.subject,
            subject_set: origin(told.subject_owner, told.subject_owner_pn, told.subject_time),
            description,
            created: origin(told.creator, told.creator_pn, told.creation_time),
            settings: Settings {
                announce: told.is_announcement,
                locked: told.is_locked,
                join_approval: told.membership_approval,
                who_adds: told.member_add_mode.map(|mode| match mode {
                    MemberAddMode::AdminAdd => Who::Admins,
                    MemberAddMode::AllMemberAdd => Who::Everybody,
                }),
                who_invites: told.member_link_mode.map(|mode| match mode {
                    MemberLinkMode::AdminLink => Who::Admins,
                    MemberLinkMode::AllMemberLink => Who::Everybody,
                }),
                disappears_after: disappears_after
                    .filter(|seconds| *seconds > 0)
                    .map(|seconds| Duration::from_secs(seconds.into())),
                suspended: told.is_suspended,
            },
            community: Community {
                is_parent: told.is_parent_group,
                parent: told.parent_group_jid.map(|jid| jid.to_string()),
                is_announcements: told.is_default_sub_group,
                is_general: told.is_general_chat,
            },
            participants: told.participants.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<GroupParticipant> for Participant {
    fn from(told: GroupParticipant) -> Self {
        let names = [
            Some(&told.jid),
            told.phone_number.as_ref(),
            told.lid.as_ref(),
        ];
        Self {
            jid: told.jid.to_string(),
            who: KnownAs::of(names.into_iter().flatten()),
            role: match told.participant_type {
                ParticipantType::Member => Role::Member,
                ParticipantType::Admin => Role::Admin,
                ParticipantType::SuperAdmin => Role::SuperAdmin,
            },
        }
    }
}

/// `at` is in Unix seconds.
fn origin(by: Option<Jid>, phone: Option<Jid>, at: Option<u64>) -> Origin {
    let names = [by, phone].into_iter().flatten();
    let at = at.map(told::seconds);
    Origin {
        by: Some(KnownAs::of(names)).filter(|who| *who != KnownAs::default()),
        at,
    }
}

#[cfg(test)]
mod tests {
    use whatsapp_rust::features::GroupEphemeralSettings;

    use super::*;

    #[test]
    fn people_have_all_their_names_and_what_is_not_set_is_not_told() {
        let (phone, lid) = (Jid::pn("5511999999999"), Jid::lid("123456789012345"));
        let owner = KnownAs::of([&phone, &lid]);
        let told = GroupMetadata {
            id: "120363021234567890@g.us".parse().unwrap(),
            creator: Some(lid.clone()),
            creator_pn: Some(phone.clone()),
            creation_time: Some(1_700_000_000),
            member_add_mode: Some(MemberAddMode::AdminAdd),
            ephemeral: Some(GroupEphemeralSettings {
                expiration: Some(86_400),
                trigger: None,
            }),
            participants: vec![GroupParticipant {
                jid: lid,
                phone_number: Some(phone),
                lid: None,
                username: None,
                participant_type: ParticipantType::SuperAdmin,
                details: None,
            }],
            ..Default::default()
        };
        let group = Group::from(told);
        assert_eq!(group.jid, "120363021234567890@g.us");
        assert_eq!(group.created.by.as_ref(), Some(&owner));
        assert_eq!(group.created.at.unwrap().timestamp(), 1_700_000_000);
        assert_eq!(group.settings.who_adds, Some(Who::Admins));
        let day = Duration::from_secs(86_400);
        assert_eq!(group.settings.disappears_after, Some(day));
        let [participant] = group.participants.as_slice() else {
            panic!("{group:?}");
        };
        assert_eq!(participant.jid, "123456789012345@lid");
        assert_eq!(participant.who, owner);
        assert_eq!(participant.role, Role::SuperAdmin);
        assert!(group.subject_set.by.is_none() && group.description.is_none());
    }
}
