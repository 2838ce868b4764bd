//! Communities in stanzas and in JSON, as those see them who are in them.

use serde_json::{Value, json};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::place::Place;
use crate::sandbox::address::Form;
use crate::sandbox::group::Group;
use crate::sandbox::groups::shown::subject_from;
use crate::sandbox::iq::Refusal;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// What a group says of its community. What is not said is not so.
pub fn place(group: &Group) -> Vec<Node> {
    let within = |kinds: &[&'static str]| {
        let linked = NodeBuilder::new("linked_parent");
        let community = group.place.within().unwrap_or_default();
        let linked = linked.attr("jid", format!("{community}@g.us")).build();
        let kinds = kinds.iter().map(|kind| NodeBuilder::new(kind).build());
        [linked].into_iter().chain(kinds).collect()
    };
    match &group.place {
        Place::Alone => Vec::new(),
        Place::Community(terms) => {
            let mut parent = NodeBuilder::new("parent");
            if terms.closed {
                parent = parent.attr("default_membership_approval_mode", "request_required");
            }
            let members_create = terms.members_create.then(|| members_create(true));
            [parent.build()].into_iter().chain(members_create).collect()
        }
        Place::Announcements(_) => within(&["default_sub_group", "incognito"]),
        Place::General(_) => within(&["general_chat"]),
        Place::Linked(_) => within(&[]),
    }
}

/// Whether members add groups.
pub fn members_create(on: bool) -> Node {
    NodeBuilder::new(match on {
        true => "allow_non_admin_sub_group_creation",
        false => "not_allow_non_admin_sub_group_creation",
    })
    .build()
}

/// The news that groups belong together.
pub fn link<'a>(kind: &'static str, groups: impl IntoIterator<Item = Option<&'a Group>>) -> Node {
    let groups = groups.into_iter().flatten().map(row);
    let link = NodeBuilder::new("link").attr("link_type", kind);
    link.children(groups).build()
}

/// The news that they do not any more.
pub fn unlink(kind: &'static str, reason: &'static str, group: &Group) -> Node {
    NodeBuilder::new("unlink")
        .attr("unlink_type", kind)
        .attr("unlink_reason", reason)
        .children([row(group)])
        .build()
}

fn row(group: &Group) -> Node {
    NodeBuilder::new("group")
        .attr("jid", group.jid())
        .attr("subject", stanza::word(&group.subject))
        .attr("s_t", subject_from(group).1)
        .build()
}

impl World {
    /// The groups of a community, in short.
    pub fn sub_groups(&self, phone: &str, id: &str) -> Result<Node, Refusal> {
        self.community_of(phone, id)?;
        let groups = self.groups_within(id).map(|group| {
            let node = NodeBuilder::new("group")
                .attr("id", group.id.as_str())
                .attr("subject", stanza::word(&group.subject))
                .attr("s_t", subject_from(group).1)
                .attr("creation", group.creation)
                .attr("size", group.participants.len());
            let node = self.by(node, group, &group.creator, "creator");
            let kind = match group.place {
                Place::Announcements(_) => Some("default_sub_group"),
                Place::General(_) => Some("general_chat"),
                _ => None,
            };
            let kind = kind.map(|kind| NodeBuilder::new(kind).build());
            node.children(kind).build()
        });
        let node = NodeBuilder::new("sub_groups");
        Ok(node.children(groups.collect::<Vec<_>>()).build())
    }

    /// One of them in full.
    pub fn linked_group(&self, group: &Group) -> Node {
        let linked = NodeBuilder::new("linked_group");
        linked.children([self.group_node(group)]).build()
    }

    /// The groups of a community in JSON; the announcement group stands apart.
    pub fn sub_groups_in_json(&self, phone: &str, id: &str) -> Result<Value, Refusal> {
        let community = self.community_of(phone, id)?;
        let announcements = self.announcements(id).map(|group| self.in_json(group));
        let others = self.groups_within(id);
        let others = others.filter(|group| !group.place.is_announcements());
        let edges = others.map(|group| json!({ "node": self.in_json(group) }));
        Ok(json!({
            "__typename": "XWA2CommunityGroup",
            "id": community.jid().to_string(),
            "default_sub_group": announcements,
            "sub_groups": { "edges": edges.collect::<Vec<_>>() },
        }))
    }

    fn in_json(&self, group: &Group) -> Value {
        let general = matches!(group.place, Place::General(_));
        let creator = self.accounts.get(&group.creator);
        let creator = creator.map(|account| account.jid(Form::Lid).to_string());
        json!({
            "id": group.jid().to_string(),
            "creation_time": group.creation,
            "creator": { "id": creator },
            "subject": { "value": group.subject, "creation_time": subject_from(group).1 },
            "properties": {
                "general_chat": general.to_string(),
                "hidden_group": "false",
                "membership_approval_mode_enabled": group.rules.approval,
            },
            "membership_approval_requests": { "total_count": group.requests.len() },
        })
    }

    /// How many people are in each of them.
    pub fn counts_in_json(&self, phone: &str, id: &str) -> Result<Value, Refusal> {
        let community = self.community_of(phone, id)?;
        let edges = self.groups_within(id).map(|group| {
            let count = group.participants.len();
            let id = group.jid().to_string();
            json!({ "node": { "id": id, "total_participants_count": count } })
        });
        Ok(json!({
            "__typename": "XWA2CommunityGroup",
            "id": community.jid().to_string(),
            "sub_groups": { "edges": edges.collect::<Vec<_>>() },
        }))
    }
}
