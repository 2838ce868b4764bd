//! A group in stanzas, as its members see it. It is addressed by LID, as all newer ones are, or by number.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::communities::shown::place;
use super::rules::Setting;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::group::{Group, Rules};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// The group in full.
    pub fn group_node(&self, group: &Group) -> Node {
        let members = group.participants.iter();
        let members = members.filter_map(|phone| self.member(group, phone));
        let (named_by, named_at) = subject_from(group);
        let node = NodeBuilder::new("group")
            .attr("id", group.id.as_str())
            .attr("subject", stanza::word(&group.subject))
            .attr("creation", group.creation)
            .attr("s_t", named_at)
            .attr("addressing_mode", mode(group.form()))
            .attr("size", group.participants.len());
        let node = self.by(node, group, &group.creator, "creator");
        let node = self.by(node, group, named_by, "s_o");
        let node = node
            .attr("p_v_id", group.versions.people)
            .attr("a_v_id", group.versions.announcement);
        let rules = shown_rules(group);
        let description = self.description(group);
        node.children(members.chain(rules).chain(description).chain(place(group)))
            .build()
    }

    /// The news of a group to those who find themselves in it.
    pub fn creation(&self, group: &Group, kind: Option<&'static str>) -> Node {
        let node = NodeBuilder::new("create");
        let node = match kind {
            Some(kind) => node.attr("type", kind),
            None => node,
        };
        node.children([self.group_node(group)]).build()
    }

    /// A participant with the rank they have.
    pub fn member(&self, group: &Group, phone: &str) -> Option<Node> {
        let member = self.named(group, phone, "participant")?;
        Some(match group.admins.contains(phone) {
            true if phone == group.creator => member.attr("type", "superadmin").build(),
            true => member.attr("type", "admin").build(),
            false => member.build(),
        })
    }

    /// Somebody by both names.
    pub fn named(&self, group: &Group, phone: &str, tag: &'static str) -> Option<NodeBuilder> {
        let account = self.accounts.get(phone)?;
        let form = account.seen_in(group.form());
        let node = NodeBuilder::new(tag).attr("jid", account.jid(form));
        Some(match form {
            Form::Pn => node.attr("lid", account.jid(Form::Lid)),
            Form::Lid if account.profile.hidden => node,
            Form::Lid => node.attr("phone_number", account.jid(Form::Pn)),
        })
    }

    /// The change of a setting, as the others are told of it.
    pub fn shown_setting(&self, group: &Group, setting: &Setting) -> Node {
        let rules = &group.rules;
        match setting {
            Setting::Subject(subject) => {
                let (author, at) = subject_from(group);
                let node = NodeBuilder::new("subject")
                    .attr("subject", stanza::word(subject))
                    .attr("s_t", at);
                self.by(node, group, author, "s_o").build()
            }
            Setting::Description { id, .. } => self.description(group).unwrap_or_else(|| {
                let delete = NodeBuilder::new("delete").build();
                let node = NodeBuilder::new("description").attr("id", id.as_str());
                node.children([delete]).build()
            }),
            Setting::Announcement(_) => announcement(group),
            Setting::Locked(_) => locked(rules),
            Setting::AdminsAdd(_) => adding(rules),
            Setting::MembersInvite(_) => inviting(rules),
            Setting::Approval(_) => approval(rules),
            Setting::Ephemeral(_) => ephemeral(rules),
        }
    }

    fn description(&self, group: &Group) -> Option<Node> {
        let description = group.description.as_ref()?;
        let body = stanza::leaf("body", description.body.as_bytes());
        let node = NodeBuilder::new("description")
            .attr("id", description.id.as_str())
            .attr("t", description.at);
        let node = self.by(node, group, &description.author, "participant");
        Some(node.children([body]).build())
    }

    pub fn by(
        &self,
        node: NodeBuilder,
        group: &Group,
        phone: &str,
        part: &'static str,
    ) -> NodeBuilder {
        let person = Address::phone(phone);
        let (name, other) = names(part, group.form());
        let node = match self.user(&person, group.form()) {
            Some(jid) => node.attr(name, jid),
            None => return node,
        };
        match self.other_name(&person, group.form()) {
            Some(jid) => node.attr(other, jid),
            None => node,
        }
    }
}

/// How a stanza says by which names its people go.
pub fn mode(form: Form) -> &'static str {
    match form {
        Form::Pn => "pn",
        Form::Lid => "lid",
    }
}

/// The attributes that hold somebody's name in a group, and the other name.
pub fn names(part: &'static str, form: Form) -> (&'static str, &'static str) {
    let other = match (part, form) {
        ("creator", Form::Lid) => "creator_pn",
        ("creator", Form::Pn) => "creator_lid",
        ("s_o", Form::Lid) => "s_o_pn",
        ("s_o", Form::Pn) => "s_o_lid",
        (_, Form::Lid) => "participant_pn",
        (_, Form::Pn) => "participant_lid",
    };
    (part, other)
}

/// Who gave the group its subject, and when.
pub fn subject_from(group: &Group) -> (&str, u64) {
    match &group.renamed {
        Some((phone, at)) => (phone, *at),
        None => (&group.creator, group.creation),
    }
}

/// What is not said is off: clients look for the presence of most of these.
fn shown_rules(group: &Group) -> impl Iterator<Item = Node> {
    let rules = &group.rules;
    let shown = [
        rules.announcement.then(|| announcement(group)),
        rules.locked.then(|| locked(rules)),
        rules.approval.then(|| approval(rules)),
        (rules.ephemeral > 0).then(|| ephemeral(rules)),
        Some(adding(rules)),
        Some(inviting(rules)),
    ];
    shown.into_iter().flatten()
}

/// One library does not read this without a version, whatever it says.
fn announcement(group: &Group) -> Node {
    let node = NodeBuilder::new(match group.rules.announcement {
        true => "announcement",
        false => "not_announcement",
    });
    node.attr("v_id", group.versions.announcement).build()
}

fn locked(rules: &Rules) -> Node {
    NodeBuilder::new(if rules.locked { "locked" } else { "unlocked" }).build()
}

fn adding(rules: &Rules) -> Node {
    let mode = match rules.admins_add {
        true => "admin_add",
        false => "all_member_add",
    };
    stanza::leaf("member_add_mode", mode)
}

fn inviting(rules: &Rules) -> Node {
    let mode = match rules.members_invite {
        true => "all_member_link",
        false => "admin_link",
    };
    stanza::leaf("member_link_mode", mode)
}

fn approval(rules: &Rules) -> Node {
    let state = if rules.approval { "on" } else { "off" };
    let join = NodeBuilder::new("group_join").attr("state", state).build();
    let mode = NodeBuilder::new("membership_approval_mode");
    mode.children([join]).build()
}

fn ephemeral(rules: &Rules) -> Node {
    match rules.ephemeral {
        0 => NodeBuilder::new("not_ephemeral").build(),
        seconds => NodeBuilder::new("ephemeral")
            .attr("expiration", seconds)
            .build(),
    }
}
