//! Groups come to a community and leave it, and a community ends.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, Server};

use crate::sandbox::group::Group;
use crate::sandbox::iq::Refusal;
use crate::sandbox::world::World;

use super::place::Place;
use super::shown::{link, unlink};
use super::{FULL, GROUPS};

/// Why one of several groups is not linked, or not unlinked, beside those that are.
type Error = u16;

/// The group is a community itself.
const BAD_REQUEST: Error = 400;
const NOT_AUTHORIZED: Error = 401;
const NOT_FOUND: Error = 404;
/// It came with the community, and goes with it.
const NOT_ACCEPTABLE: Error = 406;
/// It is a group of a community already.
const CONFLICT: Error = 409;

impl World {
    /// Links groups to a community. Each is answered for: with an error where it cannot be done.
    pub fn link_groups(&mut self, author: &str, id: &str, asked: &[Jid]) -> Result<Node, Refusal> {
        self.community_led_by(author, id)?;
        let (mut answers, mut linked) = (Vec::new(), Vec::new());
        for jid in asked {
            let group = self.link_group(author, id, jid);
            answers.push(answered(jid, group.as_ref().err()));
            linked.extend(group);
        }
        self.tell_of_links(author, id, &linked);
        for group in &linked {
            self.take_in(author, id, group);
        }
        let answers = NodeBuilder::new("link")
            .attr("link_type", "sub_group")
            .children(answers);
        Ok(NodeBuilder::new("links")
            .children([answers.build()])
            .build())
    }

    fn link_group(&mut self, author: &str, id: &str, jid: &Jid) -> Result<Group, Error> {
        let group = self.group_of(author, &jid.user).map_err(|_| NOT_FOUND)?;
        match group.place {
            Place::Alone if !group.admins.contains(author) => return Err(NOT_AUTHORIZED),
            Place::Alone => {}
            Place::Community(_) => return Err(BAD_REQUEST),
            _ => return Err(CONFLICT),
        }
        if self.groups_within(id).count() >= GROUPS {
            return Err(FULL.0);
        }
        let mut group = group.clone();
        group.place = Place::Linked(id.to_owned());
        self.keep_group(group.clone());
        Ok(group)
    }

    /// The community hears of its new groups, the announcement group of its siblings, and each of them of
    /// the community.
    pub(super) fn tell_of_links(&mut self, author: &str, id: &str, groups: &[Group]) {
        let Some(community) = self.group(id).cloned().filter(|_| !groups.is_empty()) else {
            return;
        };
        let groups_of = |kind| link(kind, groups.iter().map(Some));
        self.tell_group(&community, author, groups_of("sub_group"));
        if let Some(announcements) = self.announcements(id).cloned() {
            self.tell_group(&announcements, author, groups_of("sibling_group"));
        }
        for group in groups {
            let parent = link("parent_group", [Some(&community)]);
            self.tell_group(group, author, parent);
        }
    }

    /// Takes groups from a community. Each is answered for. `orphans`: of these groups those members leave the
    /// community who are in no other group of it.
    pub fn unlink_groups(
        &mut self,
        author: &str,
        id: &str,
        asked: &[(Jid, bool)],
    ) -> Result<Node, Refusal> {
        self.community_led_by(author, id)?;
        let mut answers = Vec::new();
        for (jid, orphans) in asked {
            let group = self.group(&jid.user).filter(|group| group.is_within(id));
            let error = match group.map(|group| (&group.place, group.clone())) {
                None => Some(NOT_FOUND),
                Some((Place::Linked(_), group)) => {
                    self.unlink_group(author, id, &group, "unlink_group");
                    if *orphans {
                        self.remove_orphans(author, id, &group);
                    }
                    None
                }
                Some(_) => Some(NOT_ACCEPTABLE),
            };
            answers.push(answered(jid, error.as_ref()));
        }
        let unlink = NodeBuilder::new("unlink").attr("unlink_type", "sub_group");
        Ok(unlink.children(answers).build())
    }

    fn unlink_group(&mut self, author: &str, id: &str, group: &Group, reason: &'static str) {
        let Some(community) = self.group(id).cloned() else {
            return;
        };
        let mut group = group.clone();
        group.place = Place::Alone;
        self.keep_group(group.clone());
        let told = unlink("sub_group", reason, &group);
        self.tell_group(&community, author, told);
        if let Some(announcements) = self.announcements(id).cloned() {
            let told = unlink("sibling_group", reason, &group);
            self.tell_group(&announcements, author, told);
        }
        let told = unlink("parent_group", reason, &community);
        self.tell_group(&group, author, told);
    }

    fn remove_orphans(&mut self, author: &str, id: &str, group: &Group) {
        let Some(community) = self.group(id).cloned() else {
            return;
        };
        let members = group.participants.difference(&community.admins);
        for phone in members {
            let elsewhere = self
                .groups_within(id)
                .any(|other| !other.place.is_announcements() && other.participants.contains(phone));
            if !elsewhere {
                self.leave_group(id, author, phone);
            }
        }
    }

    /// Ends a community. Its groups go on without it; what came with it ends, too.
    pub fn deactivate(&mut self, author: &str, id: &str) -> Result<(), Refusal> {
        let community = self.community_led_by(author, id)?.clone();
        let groups: Vec<Group> = self.groups_within(id).cloned().collect();
        let general = groups
            .iter()
            .find(|group| matches!(group.place, Place::General(_)));
        if let Some(general) = general {
            self.end_group(author, general, "deactivate_general_chat");
            self.unlink_group(author, id, general, "deactivate_group");
            self.remove_group(&general.id);
        }
        let linked = groups
            .iter()
            .filter(|group| matches!(group.place, Place::Linked(_)));
        for group in linked {
            self.unlink_group(author, id, group, "delete_parent");
        }
        let announcements = groups.iter().find(|group| group.place.is_announcements());
        for group in announcements.into_iter().chain([&community]) {
            self.end_group(author, group, "delete_parent");
            self.remove_group(&group.id);
        }
        Ok(())
    }

    fn end_group(&mut self, author: &str, group: &Group, reason: &'static str) {
        let delete = NodeBuilder::new("delete").attr("reason", reason).build();
        self.tell_group(group, author, delete);
    }
}

/// A group in an answer, with the reason why nothing was done.
fn answered(jid: &Jid, error: Option<&Error>) -> Node {
    let group = Jid::new(jid.user.as_str(), Server::Group);
    let node = NodeBuilder::new("group").attr("jid", group);
    match error {
        Some(error) => node.attr("error", *error).build(),
        None => node.build(),
    }
}
