//! Who is in a community: everybody who is in one of its groups. The announcement group is the way in
//! and out, and the community's own list follows it without a word of its own.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::sandbox::group::Group;
use crate::sandbox::groups::members::MemberChange;
use crate::sandbox::iq::Refusal;
use crate::sandbox::world::World;

use super::place::Place;

impl World {
    /// Where somebody comes in and goes out who is said to do so here: of a community that is its
    /// announcement group.
    pub fn entrance(&self, id: &str) -> String {
        let community = self
            .group(id)
            .filter(|group| group.place.is_community())
            .and_then(|group| self.announcements(&group.id));
        community.map_or(id, |group| &group.id).to_owned()
    }

    /// Whoever has come into a group of a community is in its announcement group as well.
    pub fn join_community(
        &mut self,
        group: &Group,
        author: &str,
        phone: &str,
        reason: Option<&str>,
    ) {
        let Some(id) = group.place.within() else {
            return;
        };
        if !group.place.is_announcements() {
            let reason = reason.map(|_| "invite_auto_add");
            return self.join_group(id, author, phone, reason);
        }
        if let Some(mut community) = self.group(id).cloned() {
            community.participants.insert(phone.to_owned());
            community.requests.remove(phone);
            self.keep_group(community);
        }
    }

    /// Whoever has left the announcement group leaves all others of the community.
    pub fn leave_community(&mut self, group: &Group, author: &str, phone: &str) {
        let Place::Announcements(id) = &group.place else {
            return;
        };
        let others: Vec<String> = self
            .groups_within(id)
            .filter(|group| group.participants.contains(phone))
            .map(|group| group.id.clone())
            .collect();
        for other in others {
            self.leave_group(&other, author, phone);
        }
        let Some(mut community) = self.group(id).cloned() else {
            return;
        };
        community.participants.remove(phone);
        community.admins.remove(phone);
        match community.participants.is_empty() {
            true => self.remove_group(id),
            false => self.keep_group(community),
        }
    }

    /// The admins of a community are those of its announcement group.
    pub fn rank_in_community(
        &mut self,
        group: &Group,
        author: Option<&str>,
        phone: &str,
        change: MemberChange,
    ) {
        let other = match &group.place {
            Place::Community(_) => self.announcements(&group.id),
            Place::Announcements(id) => self.group(id),
            _ => None,
        };
        let leads = change == MemberChange::Promote;
        let other = other.filter(|other| other.admins.contains(phone) != leads);
        if let Some(id) = other.map(|other| other.id.clone()) {
            self.rank(&id, author, phone, change);
        }
    }

    /// Everybody who is in a group becomes one of its community.
    pub(super) fn take_in(&mut self, author: &str, id: &str, group: &Group) {
        for phone in &group.participants {
            self.join_group(id, author, phone, None);
        }
    }

    /// Somebody of a community comes into one of its groups, or asks to be let in.
    pub fn join_within(&mut self, phone: &str, id: &str, group: &str) -> Result<Node, Refusal> {
        let group = self.group_within(phone, id, group)?.clone();
        if group.participants.contains(phone) {
            return Err((409, "conflict"));
        }
        if group.participants.len() >= group.room() {
            return Err((419, "resource-limit"));
        }
        if group.rules.approval {
            return Ok(self.ask_to_join(group, phone, "linked_group_join"));
        }
        self.join_group(&group.id, phone, phone, Some("linked_group_join"));
        let joined = self.group(&group.id).unwrap_or(&group);
        Ok(self.linked_group(joined))
    }

    /// Everybody who is in a group of the community, once.
    pub fn people_within(&self, phone: &str, id: &str) -> Result<Node, Refusal> {
        let community = self.community_of(phone, id)?;
        let people = community.participants.iter();
        let people = people.filter_map(|phone| self.member(community, phone));
        let node = NodeBuilder::new("linked_groups_participants");
        Ok(node.children(people).build())
    }
}
