//! Groups as WhatsApp tells of them. The library asks, but does not read all: who may add people comes as bytes, and it
//! takes that as a text only.

use std::collections::HashMap;

use wacore::iq::groups::{
    GroupInfoOutcome, GroupInfoResponse, GroupParticipatingIq, GroupQueryIq, MemberAddMode,
    MemberLinkMode,
};
use wacore::iq::spec::IqSpec;
use wacore::request::InfoQuery;
use wacore_binary::NodeRef;
use whatsapp_rust::features::GroupMetadata;

/// The question after one group.
pub(super) struct One(pub GroupQueryIq);

/// The question after all groups that the account is in.
pub(super) struct All(pub GroupParticipatingIq);

impl IqSpec for One {
    type Response = GroupMetadata;

    fn build_iq(&self) -> InfoQuery<'static> {
        self.0.build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<GroupMetadata> {
        let GroupInfoOutcome::Full(mut group) = self.0.parse_response(response)? else {
            anyhow::bail!("nothing is told of a group");
        };
        let node = response.get_optional_child("group");
        if let Some(node) = node.or_else(|| response.get_optional_child("community")) {
            read_modes(&mut group, node);
        }
        Ok((*group).into())
    }
}

impl IqSpec for All {
    type Response = Vec<GroupMetadata>;

    fn build_iq(&self) -> InfoQuery<'static> {
        self.0.build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Vec<GroupMetadata>> {
        let mut groups = self.0.parse_response(response)?.groups;
        let lists = response.children().unwrap_or_default().iter();
        let nodes = lists.flat_map(|list| list.children().unwrap_or_default());
        let by_id = nodes.filter_map(|node| {
            let id = node.attrs().optional_string("id")?;
            Some((id.trim_end_matches("@g.us").to_owned(), node))
        });
        let by_id: HashMap<String, &NodeRef<'_>> = by_id.collect();
        for group in &mut groups {
            if let Some(node) = by_id.get(group.id.user.as_str()) {
                read_modes(group, node);
            }
        }
        Ok(groups.into_iter().map(GroupMetadata::from).collect())
    }
}

fn read_modes(group: &mut GroupInfoResponse, node: &NodeRef<'_>) {
    let mode = |tag: &str| node.get_optional_child(tag)?.content_as_string();
    if let Some(mode) = mode("member_add_mode") {
        group.member_add_mode = MemberAddMode::try_from(mode.as_str()).ok();
    }
    if let Some(mode) = mode("member_link_mode") {
        group.member_link_mode = MemberLinkMode::try_from(mode.as_str()).ok();
    }
}

#[cfg(test)]
mod tests {
    use wacore_binary::builder::NodeBuilder;
    use whatsapp_rust::Jid;

    use super::*;

    #[test]
    fn modes_are_read_that_come_as_bytes() {
        let mode =
            |tag: &'static str, mode: &str| NodeBuilder::new(tag).bytes(mode.as_bytes()).build();
        let group = NodeBuilder::new("group")
            .attr("id", "120363021234567890")
            .attr("subject", "Sales")
            .children([
                mode("member_add_mode", "admin_add"),
                mode("member_link_mode", "all_member_link"),
            ])
            .build();
        let jid: Jid = "120363021234567890@g.us".parse().unwrap();
        let one = NodeBuilder::new("iq").children([group.clone()]).build();
        let one = One(GroupQueryIq::new(&jid))
            .parse_response(&one.as_node_ref())
            .unwrap();
        let groups = NodeBuilder::new("groups").children([group]).build();
        let all = NodeBuilder::new("iq").children([groups]).build();
        let all = All(GroupParticipatingIq::new())
            .parse_response(&all.as_node_ref())
            .unwrap();
        assert_eq!(all.len(), 1);
        for group in [&one, &all[0]] {
            assert_eq!(group.member_add_mode, Some(MemberAddMode::AdminAdd));
            assert_eq!(group.member_link_mode, Some(MemberLinkMode::AllMemberLink));
        }
    }
}
