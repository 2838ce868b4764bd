//! Groups that the account is in.

pub mod show;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::commands::utc;
use crate::device::session::groups::{Group, Participant, Role};

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
    /// RFC 3339, UTC.
    created_at: Option<String>,
    /// Only admins write.
    is_announce: bool,
    /// Only admins change what the group shows of itself.
    is_locked: bool,
    /// Admins decide about who asks to join.
    join_approval: bool,
    members_count: usize,
    participants: Vec<Member>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupParticipant)]
struct Member {
    /// As the group names its people: by number, or by LID.
    jid: String,
    /// Digits, where it is known.
    phone_number: Option<String>,
    is_admin: bool,
    is_super_admin: bool,
}

impl Shown {
    /// For the API's document.
    pub fn example() -> Value {
        json!({
            "jid": "120363021234567890@g.us",
            "name": "Sales",
            "topic": "What is to be sold today",
            "owner": "5511999999999@s.whatsapp.net",
            "created_at": "2026-06-15T12:00:00Z",
            "is_announce": false,
            "is_locked": false,
            "join_approval": false,
            "members_count": 1,
            "participants": [{
                "jid": "123456789012345@lid",
                "phone_number": "5511999999999",
                "is_admin": true,
                "is_super_admin": true
            }]
        })
    }
}

impl From<Group> for Shown {
    fn from(group: Group) -> Self {
        let owner = group.created.by;
        let created_at = group.created.at;
        Self {
            jid: group.jid,
            name: group.subject,
            topic: group
                .description
                .map(|topic| topic.text)
                .unwrap_or_default(),
            owner: owner.and_then(|owner| owner.phone_jid().or_else(|| owner.lid_jid())),
            created_at: created_at.map(utc),
            is_announce: group.settings.announce,
            is_locked: group.settings.locked,
            join_approval: group.settings.join_approval,
            members_count: group.participants.len(),
            participants: group.participants.into_iter().map(Member::from).collect(),
        }
    }
}

impl From<Participant> for Member {
    fn from(participant: Participant) -> Self {
        Self {
            jid: participant.jid,
            phone_number: participant.who.phone,
            is_admin: participant.role != Role::Member,
            is_super_admin: participant.role == Role::SuperAdmin,
        }
    }
}
