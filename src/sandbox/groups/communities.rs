//! Communities: a group in which nobody writes holds others together. One of these, the announcement
//! group, has everybody of the community in it.

mod linking;
mod people;
pub mod place;
pub mod shown;

use std::collections::BTreeSet;

use wacore_binary::Node;

use super::rules::Setting;
use super::{NOT_ADMIN, founded};
use crate::sandbox::group::{Group, Rules};
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Refusal};
use crate::sandbox::world::World;

use place::{Place, Terms};
use shown::link;

/// Groups that a community takes.
const GROUPS: usize = 100;
/// The code of a community that takes no more.
const FULL: Refusal = (406, "not-acceptable");

/// A community that is to be made.
pub struct NewCommunity {
    pub subject: String,
    pub terms: Terms,
    /// With a group in which everybody may talk.
    pub general: bool,
    pub settings: Vec<Setting>,
    /// A client's own mark of its request.
    pub key: Option<String>,
}

impl World {
    /// Makes a community with its announcement group, and tells its creator in the real server's order.
    pub fn create_community(&mut self, creator: &str, new: NewCommunity) -> Group {
        let people = BTreeSet::from([creator.to_owned()]);
        let mut parent = founded(creator, &new.subject, people, new.settings, false);
        parent.place = Place::Community(new.terms);
        // Its admins alone say what it is called.
        parent.rules.locked = true;
        let rules = Rules {
            announcement: true,
            ..Rules::default()
        };
        let place = Place::Announcements(parent.id.clone());
        let announcements = self.within(&parent, &new.subject, place, rules);
        let general = new.general.then(|| {
            let place = Place::General(parent.id.clone());
            self.within(&parent, "General", place, Rules::default())
        });
        self.keep_group(parent.clone());
        let mut create = self.creation(&parent, Some("new"));
        if let Some(key) = new.key {
            create.attrs.push("key", key);
        }
        self.tell_group(&parent, creator, create);
        let create = self.creation(&announcements, Some("new"));
        self.tell_group(&announcements, creator, create);
        let linked = link("sub_group", [Some(&announcements), general.as_ref()]);
        self.tell_group(&parent, creator, linked);
        if let Some(general) = general {
            let create = self.creation(&general, Some("new"));
            self.tell_group(&general, creator, create);
        }
        parent
    }

    /// One of the groups that come with a community.
    fn within(&mut self, parent: &Group, subject: &str, place: Place, rules: Rules) -> Group {
        let people = parent.participants.clone();
        let mut group = founded(&parent.creator, subject, people, Vec::new(), false);
        (group.place, group.rules) = (place, rules);
        self.keep_group(group.clone());
        group
    }

    /// The community in which somebody may make a group.
    pub fn may_create_within(&self, creator: &str, id: &str) -> Result<(), Refusal> {
        let community = self.community_of(creator, id)?;
        let Place::Community(terms) = &community.place else {
            return Err(BAD_REQUEST);
        };
        if !terms.members_create && !community.admins.contains(creator) {
            return Err(NOT_ADMIN);
        }
        match self.groups_within(id).count() < GROUPS {
            true => Ok(()),
            false => Err(FULL),
        }
    }

    /// Makes a group of a community. Everybody in it is of the community, too.
    pub fn create_within(
        &mut self,
        creator: &str,
        id: &str,
        subject: &str,
        participants: BTreeSet<String>,
        settings: Vec<Setting>,
    ) -> Option<Group> {
        let mut group = founded(creator, subject, participants, settings, false);
        group.place = Place::Linked(id.to_owned());
        if group.participants.len() > group.room() {
            return None;
        }
        self.keep_group(group.clone());
        let create = self.creation(&group, Some("new"));
        self.tell_group(&group, creator, create);
        self.tell_of_links(creator, id, &[group.clone()]);
        self.take_in(creator, id, &group);
        Some(group)
    }

    /// A community, for somebody who is in it.
    pub fn community_of(&self, phone: &str, id: &str) -> Result<&Group, Refusal> {
        let group = self.group_of(phone, id)?;
        match group.place.is_community() {
            true => Ok(group),
            false => Err(BAD_REQUEST),
        }
    }

    /// A community, for one of its admins.
    fn community_led_by(&self, phone: &str, id: &str) -> Result<&Group, Refusal> {
        let community = self.community_of(phone, id)?;
        match community.admins.contains(phone) {
            true => Ok(community),
            false => Err(NOT_ADMIN),
        }
    }

    /// All groups of a community, the announcement group among them.
    pub fn groups_within(&self, id: &str) -> impl Iterator<Item = &Group> {
        self.groups().filter(move |group| group.is_within(id))
    }

    /// The group in which everybody of a community is.
    pub fn announcements(&self, id: &str) -> Option<&Group> {
        self.groups_within(id)
            .find(|group| group.place.is_announcements())
    }

    /// A group of a community, for somebody of the community.
    pub fn group_within(&self, phone: &str, id: &str, group: &str) -> Result<&Group, Refusal> {
        self.community_of(phone, id)?;
        let group = self.group(group).filter(|group| group.is_within(id));
        group.ok_or(NOT_FOUND)
    }

    /// Lets members add groups to a community, or admins only.
    pub fn let_members_create(&mut self, author: &str, id: &str, on: bool) -> Result<(), Refusal> {
        let mut community = self.community_led_by(author, id)?.clone();
        if let Place::Community(terms) = &mut community.place {
            terms.members_create = on;
        }
        self.keep_group(community.clone());
        let told: Node = shown::members_create(on);
        self.tell_group(&community, author, told);
        Ok(())
    }
}
