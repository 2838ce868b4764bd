//! What can be set in a group: read from a client's stanza, applied, and allowed to whom.

use wacore_binary::Node;

use crate::sandbox::group::{Description, Group, Rules, version_after};
use crate::sandbox::iq::{BAD_REQUEST, Refusal};
use crate::sandbox::stanza;

/// Characters of a subject and of a description that WhatsApp takes.
const SUBJECT: usize = 100;
const DESCRIPTION: usize = 2048;

/// What can be set in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    Subject(String),
    /// Its id is the client's; without a body the description goes.
    Description {
        id: String,
        /// The id of the one that it replaces.
        prev: Option<String>,
        body: Option<String>,
    },
    Announcement(bool),
    Locked(bool),
    AdminsAdd(bool),
    MembersInvite(bool),
    Approval(bool),
    Ephemeral(u32),
}

impl Setting {
    /// `None` for a stanza that sets something else.
    pub fn read(node: &Node) -> Option<Result<Self, Refusal>> {
        Some(Ok(match node.tag.as_ref() {
            "subject" => {
                return Some(text(node, SUBJECT).map(Self::Subject));
            }
            "description" => return Some(description(node)),
            "announcement" => Self::Announcement(true),
            "not_announcement" => Self::Announcement(false),
            "locked" => Self::Locked(true),
            "unlocked" => Self::Locked(false),
            "not_ephemeral" => Self::Ephemeral(0),
            "ephemeral" => {
                let seconds = stanza::attr(node, "expiration");
                let seconds = seconds.and_then(|seconds| seconds.parse().ok());
                return Some(seconds.map(Self::Ephemeral).ok_or(BAD_REQUEST));
            }
            "member_add_mode" => match stanza::text(node).as_deref() {
                Some("admin_add") => Self::AdminsAdd(true),
                Some("all_member_add") => Self::AdminsAdd(false),
                _ => return Some(Err(BAD_REQUEST)),
            },
            "member_link_mode" => match stanza::text(node).as_deref() {
                Some("all_member_link") => Self::MembersInvite(true),
                Some("admin_link") => Self::MembersInvite(false),
                _ => return Some(Err(BAD_REQUEST)),
            },
            "membership_approval_mode" => {
                let state = stanza::child(node, "group_join");
                match state
                    .and_then(|join| stanza::attr(join, "state"))
                    .as_deref()
                {
                    Some("on") => Self::Approval(true),
                    Some("off") => Self::Approval(false),
                    _ => return Some(Err(BAD_REQUEST)),
                }
            }
            _ => return None,
        }))
    }

    /// Whether only admins may set this, as the group's rules are now.
    pub fn is_for_admins(&self, rules: &Rules) -> bool {
        match self {
            Self::Subject(_) | Self::Description { .. } | Self::Ephemeral(_) => rules.locked,
            _ => true,
        }
    }

    /// Whoever replaces a description says which, so that nobody overwrites what they have not seen.
    pub fn fits(&self, group: &Group) -> Result<(), Refusal> {
        let Self::Description { prev, .. } = self else {
            return Ok(());
        };
        let present = group
            .description
            .as_ref()
            .map(|description| &description.id);
        match prev.as_ref() == present {
            true => Ok(()),
            false => Err((409, "conflict")),
        }
    }

    pub fn apply(&self, group: &mut Group, author: &str) {
        match self {
            Self::Subject(subject) => {
                group.subject.clone_from(subject);
                group.renamed = Some((author.to_owned(), stanza::now()));
            }
            Self::Description { id, body, .. } => {
                group.description = body.as_ref().map(|body| Description {
                    id: id.clone(),
                    body: body.clone(),
                    author: author.to_owned(),
                    at: stanza::now(),
                });
            }
            Self::Announcement(on) => {
                group.rules.announcement = *on;
                group.versions.announcement = version_after(group.versions.announcement);
            }
            Self::Locked(on) => group.rules.locked = *on,
            Self::AdminsAdd(on) => group.rules.admins_add = *on,
            Self::MembersInvite(on) => group.rules.members_invite = *on,
            Self::Approval(on) => group.rules.approval = *on,
            Self::Ephemeral(seconds) => group.rules.ephemeral = *seconds,
        }
    }
}

fn text(node: &Node, limit: usize) -> Result<String, Refusal> {
    let text = stanza::text(node).filter(|text| !text.is_empty());
    let text = text.ok_or(BAD_REQUEST)?;
    match text.chars().count() > limit {
        true => Err((406, "not-acceptable")),
        false => Ok(text),
    }
}

fn description(node: &Node) -> Result<Setting, Refusal> {
    let id = stanza::id(node);
    let body = stanza::child(node, "body").map(|body| text(body, DESCRIPTION));
    let body = body.transpose()?;
    let id = if id.is_empty() { stanza::new_id() } else { id };
    let prev = stanza::attr(node, "prev").map(|prev| prev.into_owned());
    Ok(Setting::Description { id, prev, body })
}
