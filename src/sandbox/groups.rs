//! Groups: who is in them, what holds in them, and what their members' devices are told of it.

pub mod communities;
mod invitations;
mod joining;
pub mod members;
mod picture;
pub mod rules;
pub mod shown;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wacore_binary::Node;

use super::account::Account;
use super::address::Address;
use super::group::{Group, MEMBERS, Rules, Versions, version_after};
use super::iq::{NOT_FOUND, Refusal};
use super::keys;
use super::stanza;
use super::world::World;

use communities::place::Place;
use rules::Setting;
use shown::names;

/// Somebody who is not in the group asks.
pub const NOT_IN_IT: Refusal = (403, "forbidden");
/// A member asks for what only admins may. The code is known for the invite link alone.
pub const NOT_ADMIN: Refusal = (401, "not-authorized");

impl World {
    /// Makes a group and tells the companions of its members. `None`: too many members.
    pub fn create_group(
        &mut self,
        creator: &str,
        subject: &str,
        participants: BTreeSet<String>,
        settings: Vec<Setting>,
        by_number: bool,
    ) -> Option<Group> {
        if participants.len() > MEMBERS {
            return None;
        }
        let group = founded(creator, subject, participants, settings, by_number);
        self.keep_group(group.clone());
        let create = self.creation(&group, Some("new"));
        self.tell_group(&group, creator, create);
        Some(group)
    }

    /// The group, when somebody is in it.
    pub fn group_of(&self, phone: &str, id: &str) -> Result<&Group, Refusal> {
        let group = self.group(id).ok_or(NOT_FOUND)?;
        match group.participants.contains(phone) {
            true => Ok(group),
            false => Err(NOT_IN_IT),
        }
    }

    fn group_led_by(&self, phone: &str, id: &str) -> Result<&Group, Refusal> {
        let group = self.group_of(phone, id)?;
        match group.admins.contains(phone) {
            true => Ok(group),
            false => Err(NOT_ADMIN),
        }
    }

    /// Changes what holds in a group.
    pub fn set_group(&mut self, author: &str, id: &str, setting: Setting) -> Result<(), Refusal> {
        let group = self.group_of(author, id)?;
        let mut group = match setting.is_for_admins(&group.rules) {
            true => self.group_led_by(author, id)?.clone(),
            false => group.clone(),
        };
        setting.fits(&group)?;
        setting.apply(&mut group, author);
        self.keep_group(group.clone());
        let change = self.shown_setting(&group, &setting);
        self.tell_group(&group, author, change);
        Ok(())
    }

    fn tell_group(&mut self, group: &Group, author: &str, change: Node) {
        self.tell(group, author, &group.participants, change);
    }

    /// Notifies the companions of some people of what somebody did in a group.
    fn tell(&mut self, group: &Group, author: &str, people: &BTreeSet<String>, change: Node) {
        self.tell_of(group, Some(author), people, change);
    }

    /// The same; `author`: `None` where nobody's name is told.
    fn tell_of(
        &mut self,
        group: &Group,
        author: Option<&str>,
        people: &BTreeSet<String>,
        change: Node,
    ) {
        let author = author.map(Address::phone);
        let (name, other) = names("participant", group.form());
        let named = [
            (
                name,
                author
                    .as_ref()
                    .and_then(|author| self.user(author, group.form())),
            ),
            (
                other,
                author
                    .as_ref()
                    .and_then(|author| self.other_name(author, group.form())),
            ),
        ];
        let accounts = people.iter().filter_map(|phone| self.accounts.get(phone));
        let companions: Vec<Address> = accounts.flat_map(Account::companion_addresses).collect();
        for device in companions {
            let mut node = stanza::notification(group.jid(), "w:gp2", change.clone());
            node.attrs
                .push("addressing_mode", shown::mode(group.form()));
            for (key, jid) in &named {
                if let Some(jid) = jid {
                    node.attrs.push(*key, jid.clone());
                }
            }
            self.deliver(&device, node);
        }
    }
}

/// A group that nobody knows of yet.
fn founded(
    creator: &str,
    subject: &str,
    participants: BTreeSet<String>,
    settings: Vec<Setting>,
    by_number: bool,
) -> Group {
    let mut group = Group {
        // 18 digits that begin like the real ones.
        id: format!("1203630{:011}", keys::random_below(100_000_000_000)),
        subject: subject.to_owned(),
        creation: stanza::now(),
        creator: creator.to_owned(),
        participants,
        admins: BTreeSet::from([creator.to_owned()]),
        renamed: None,
        description: None,
        rules: Rules::default(),
        invite: None,
        revoked: VecDeque::new(),
        requests: BTreeMap::new(),
        invitations: BTreeMap::new(),
        picture: None,
        by_number,
        place: Place::default(),
        versions: Versions {
            people: version_after(0),
            announcement: version_after(0),
        },
    };
    for setting in settings {
        setting.apply(&mut group, creator);
    }
    group
}
