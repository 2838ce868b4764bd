//! Groups that the account is in.

pub mod create;
pub mod ephemeral;
pub mod invite;
pub mod join;
pub mod leave;
pub mod list;
pub mod participants;
pub mod people;
pub mod picture;
pub mod requests;
pub mod show;
pub mod update;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::commands::utc;
use crate::contract::bounded::Filled;
use crate::device::session::groups::{Group, Participant, Role, Who};

/// What a group is called: WhatsApp takes no more.
type Name = Filled<100>;

/// A group, as all endpoints about groups show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct Shown {
    jid: String,
    name: String,
    /// What the group says of itself; empty where it says nothing.
    topic: String,
    /// Who made it, by number where it is known.
    owner: Option<String>,
    /// The same by number.
    owner_pn: Option<String>,
    /// The same by LID.
    owner_lid: Option<String>,
    /// RFC 3339, UTC.
    created_at: Option<String>,
    /// Only admins write.
    is_announce: bool,
    /// Only admins change what the group shows of itself.
    is_locked: bool,
    /// Admins decide about who asks to join.
    join_approval: bool,
    /// Who may add people; absent where WhatsApp does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_add_mode: Option<AddMode>,
    /// After how many seconds messages disappear; 0: never.
    duration_seconds: u64,
    /// It is a community, whose groups are elsewhere.
    is_community: bool,
    /// The community that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_jid: Option<String>,
    members_count: usize,
    /// Absent where only the group itself is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    participants: Option<Vec<Member>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupParticipant)]
struct Member {
    /// As the group names its people: by number, or by LID.
    jid: String,
    /// Digits, where it is known.
    phone_number: Option<String>,
    /// A JID, where it is known.
    lid: Option<String>,
    is_admin: bool,
    is_super_admin: bool,
}

/// Who may add people to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = MemberAddMode)]
#[serde(rename_all = "lowercase")]
pub enum AddMode {
    #[serde(alias = "admin_add", alias = "admins")]
    Admin,
    #[serde(alias = "all_member_add", alias = "everyone")]
    All,
}

impl From<AddMode> for Who {
    fn from(mode: AddMode) -> Self {
        match mode {
            AddMode::Admin => Self::Admins,
            AddMode::All => Self::Everybody,
        }
    }
}

impl From<Who> for AddMode {
    fn from(who: Who) -> Self {
        match who {
            Who::Admins => Self::Admin,
            Who::Everybody => Self::All,
        }
    }
}

impl Shown {
    /// Who is in it is not shown.
    fn alone(mut self) -> Self {
        self.participants = None;
        self
    }

    /// For the API's document.
    pub fn example() -> Value {
        let mut group = Self::example_alone();
        group["participants"] = json!([{
            "jid": "123456789012345@lid",
            "phone_number": "5511999999999",
            "lid": "123456789012345@lid",
            "is_admin": true,
            "is_super_admin": true
        }]);
        group
    }

    /// The same of one without its people.
    fn example_alone() -> Value {
        json!({
            "jid": "120363021234567890@g.us",
            "name": "Sales",
            "topic": "What is to be sold today",
            "owner": "5511999999999@s.whatsapp.net",
            "owner_pn": "5511999999999@s.whatsapp.net",
            "owner_lid": "123456789012345@lid",
            "created_at": "2026-06-15T12:00:00Z",
            "is_announce": false,
            "is_locked": false,
            "join_approval": false,
            "member_add_mode": "all",
            "duration_seconds": 0,
            "is_community": false,
            "members_count": 1
        })
    }
}

impl From<Group> for Shown {
    fn from(group: Group) -> Self {
        let owner = group.created.by.unwrap_or_default();
        let created_at = group.created.at;
        let settings = group.settings;
        Self {
            jid: group.jid,
            name: group.subject,
            topic: group
                .description
                .map(|topic| topic.text)
                .unwrap_or_default(),
            owner: owner.phone_jid().or_else(|| owner.lid_jid()),
            owner_pn: owner.phone_jid(),
            owner_lid: owner.lid_jid(),
            created_at: created_at.map(utc),
            is_announce: settings.announce,
            is_locked: settings.locked,
            join_approval: settings.join_approval,
            member_add_mode: settings.who_adds.map(AddMode::from),
            duration_seconds: settings.disappears_after.unwrap_or_default().as_secs(),
            is_community: group.community.is_parent,
            parent_jid: group.community.parent,
            members_count: group.participants.len(),
            participants: Some(group.participants.into_iter().map(Member::from).collect()),
        }
    }
}

impl From<Participant> for Member {
    fn from(participant: Participant) -> Self {
        Self {
            jid: participant.jid,
            lid: participant.who.lid_jid(),
            phone_number: participant.who.phone,
            is_admin: participant.role != Role::Member,
            is_super_admin: participant.role == Role::SuperAdmin,
        }
    }
}
