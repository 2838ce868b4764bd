//! Groups: what has changed in them, and which ones the account has come to.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wacore::stanza::groups::{GroupNotificationAction, GroupParticipantInfo};
use wacore::types::events::{Event as LibraryEvent, GroupUpdate};
use wacore_binary::{Jid, Node};

use super::about::Person;
use super::participants::Participant;
use super::whole_seconds;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of groups.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    let LibraryEvent::GroupUpdate(update) = event else {
        return None;
    };
    let change = GroupChange::from(update);
    Some(match update.action {
        GroupNotificationAction::Create { .. } => Event::of(&GroupJoined(change)),
        _ => Event::of(&GroupInfo(change)),
    })
}

/// What is told of groups.
pub fn payloads() -> Vec<Payload> {
    vec![Payload::of::<GroupInfo>(), Payload::of::<GroupJoined>()]
}

/// Something has changed in a group.
#[derive(Serialize, ToSchema)]
pub struct GroupInfo(GroupChange);

impl Told for GroupInfo {
    const NAME: EventName = EventName::GroupInfo;
}

/// A group was made with this account in it, or it has come into one.
#[derive(Serialize, ToSchema)]
pub struct GroupJoined(GroupChange);

impl Told for GroupJoined {
    const NAME: EventName = EventName::GroupJoined;
}

/// What has happened in a group, and who has done it.
#[derive(Serialize, ToSchema)]
pub struct GroupChange {
    group: String,
    /// WhatsApp's name of what was done, `create` wherever the account comes into a group: `add`, `remove`, `promote`, `demote`, `subject`, `locked`, `announcement`, …
    #[schema(example = "add")]
    action: String,
    /// Whom it was done to, or who asks to be let in; empty where it is about the group itself, and of `create`.
    participants: Vec<Person>,
    /// What the group is called now: of `subject`, and of `create`.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// What the group says of itself now, of `description`: `null` where that is nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Option<String>>,
    /// After how many seconds messages disappear now, 0: never; of `ephemeral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u32>,
    /// Whether admins decide about who asks to join; of `membership_approval_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_approval: Option<bool>,
    /// Which groups, or which community, now belong together, or no longer; of `link` and `unlink`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Linked>,
    /// Who may add people, `admin` or `all`; of `member_add_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_add_mode: Option<String>,
    /// The code of the invite link that is good now; of `invite`, which is its reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_code: Option<String>,
    /// WhatsApp's word for how people ask to be let in: `invite_link`, `linked_group_join`, `non_admin_add`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_method: Option<String>,
    /// WhatsApp's word for how people came or went, where it tells: `invite` for by the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// All that the library reads of the action: it has a `type`, which is the action, and members that depend on it.
    #[schema(value_type = Object)]
    details: Value,
    /// The number of who has done it; of who came by themselves, their own.
    by_pn: Option<String>,
    /// The LID of who has done it.
    by_lid: Option<String>,
    timestamp: DateTime<Utc>,
}

/// A group that belongs to a community, or the community.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkedGroup)]
struct Linked {
    jid: String,
    /// What it is called; absent where WhatsApp does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl Linked {
    fn read(group: &Node) -> Option<Self> {
        let mut attrs = group.attrs();
        Some(Self {
            jid: attrs.optional_jid("jid")?.to_string(),
            subject: attrs
                .optional_string("subject")
                .map(|name| name.into_owned()),
        })
    }
}

/// Whom an action is about, by both names as far as it says them.
fn person(told: &GroupParticipantInfo) -> Person {
    Person::among(names(told))
}

impl GroupChange {
    /// What belongs to the action, besides who has done it.
    fn with(mut self, update: &GroupUpdate) -> Self {
        use GroupNotificationAction as Action;
        let people = |people: &[GroupParticipantInfo]| people.iter().map(person).collect();
        match &update.action {
            Action::Add {
                participants,
                reason,
            }
            | Action::Remove {
                participants,
                reason,
            } => {
                self.participants = people(participants);
                self.reason.clone_from(reason);
            }
            Action::Promote { participants }
            | Action::Demote { participants }
            | Action::Modify { participants }
            | Action::LinkedGroupPromote { participants }
            | Action::LinkedGroupDemote { participants } => {
                self.participants = people(participants)
            }
            Action::CreatedMembershipRequests {
                request_method,
                requests,
                ..
            } => {
                self.participants = people(requests);
                self.request_method = Some(request_method.as_str().to_owned());
            }
            // Who asks has done it.
            Action::MembershipApprovalRequest { request_method, .. } => {
                let by = [update.participant.as_ref(), update.participant_pn.as_ref()];
                self.participants = vec![Person::among(by.into_iter().flatten())];
                self.request_method = Some(request_method.as_str().to_owned());
            }
            Action::RevokedMembershipRequests { participants } => {
                let takes_back = |jid: &Jid| {
                    let by = update.participant.as_ref().filter(|by| *by == jid);
                    let other = by.and(update.participant_pn.as_ref());
                    Person::among([Some(jid), other].into_iter().flatten())
                };
                self.participants = participants.iter().map(takes_back).collect();
            }
            Action::Create { raw } => {
                let group = raw.get_optional_child("group");
                let subject = group.and_then(|group| group.attrs().optional_string("subject"));
                self.subject = subject.map(|subject| subject.into_owned());
            }
            Action::Subject { subject, .. } => self.subject = Some(subject.clone()),
            Action::Description { description, .. } => self.description = Some(description.clone()),
            Action::Ephemeral { expiration, .. } => self.duration_seconds = Some(*expiration),
            Action::MembershipApprovalMode { enabled } => self.join_approval = Some(*enabled),
            Action::MemberAddMode { mode } => {
                self.member_add_mode = Some(match mode.as_str() {
                    "admin_add" => "admin".to_owned(),
                    "all_member_add" => "all".to_owned(),
                    other => other.to_owned(),
                });
            }
            Action::Link { raw, .. } | Action::Unlink { raw, .. } => {
                let groups = raw.get_children_by_tag("group");
                self.groups = groups.filter_map(Linked::read).collect();
            }
            Action::Invite { code } => self.invite_code = Some(code.clone()),
            _ => {}
        }
        self
    }
}

/// Who came by themselves, of whom WhatsApp says no more than that they are in.
fn came_alone(action: &GroupNotificationAction) -> Option<Participant> {
    let GroupNotificationAction::Add {
        participants,
        reason,
    } = action
    else {
        return None;
    };
    match participants.as_slice() {
        [one] if reason.as_deref() == Some("invite") => Some(Participant::among(names(one))),
        _ => None,
    }
}

fn names(told: &GroupParticipantInfo) -> impl Iterator<Item = &Jid> + Clone {
    let names = [
        Some(&told.jid),
        told.phone_number.as_ref(),
        told.lid.as_ref(),
    ];
    names.into_iter().flatten()
}

impl From<&GroupUpdate> for GroupChange {
    fn from(update: &GroupUpdate) -> Self {
        let by = update
            .participant
            .as_ref()
            .map(|by| Participant::new(by, update.participant_pn.as_ref()))
            .or_else(|| came_alone(&update.action))
            .unwrap_or_default();
        let change = Self {
            group: update.group_jid.to_string(),
            action: update.action.tag_name().to_owned(),
            participants: Vec::new(),
            subject: None,
            description: None,
            duration_seconds: None,
            join_approval: None,
            groups: Vec::new(),
            member_add_mode: None,
            invite_code: None,
            request_method: None,
            reason: None,
            details: serde_json::to_value(&update.action).unwrap_or_default(),
            by_pn: by.number_text(),
            by_lid: by.lid_text(),
            timestamp: whole_seconds(update.timestamp),
        };
        change.with(update)
    }
}
