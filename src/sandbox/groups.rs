//! Groups: who is in them, what holds in them, and what their members' devices are told of it.

mod joining;
mod members;
mod rules;
mod shown;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use wacore_binary::{Jid, Node, Server};

use super::address::{Address, Form};
use super::iq::{NOT_FOUND, Refusal};
use super::keys;
use super::persistence::{Journal, PersistenceError, Record};
use super::stanza;
use super::world::World;

pub use members::MemberChange;
pub use rules::Setting;

const RECORD: &str = "group";
/// Members of one group at the real server.
pub const MEMBERS: usize = 1024;

/// Somebody who is not in the group asks.
pub const NOT_IN_IT: Refusal = (403, "forbidden");
/// A member asks for what only admins may. The code is known for the invite link alone.
pub const NOT_ADMIN: Refusal = (401, "not-authorized");

#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub subject: String,
    /// Unix seconds.
    pub creation: u64,
    /// Phone numbers, as all people here.
    pub creator: String,
    pub participants: BTreeSet<String>,
    #[serde(default)]
    pub admins: BTreeSet<String>,
    /// Who gave it its present subject, and when; the creator if nobody.
    #[serde(default)]
    renamed: Option<(String, u64)>,
    #[serde(default)]
    description: Option<Description>,
    #[serde(default)]
    pub rules: Rules,
    #[serde(default)]
    invite: Option<String>,
    /// Invite codes that were taken back, the newest last.
    #[serde(default)]
    revoked: VecDeque<String>,
    /// Who asks to be let in, and since when.
    #[serde(default)]
    requests: BTreeMap<String, u64>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Description {
    id: String,
    body: String,
    author: String,
    at: u64,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Only admins write.
    pub announcement: bool,
    /// Only admins change subject, description and timer.
    pub locked: bool,
    /// Only admins add people.
    pub admins_add: bool,
    /// Who has the invite code has to be let in by an admin.
    pub approval: bool,
    /// Seconds after which messages disappear; 0 for never.
    pub ephemeral: u32,
}

/// All groups by id.
#[derive(Default)]
pub struct Groups(BTreeMap<String, Group>);

impl Groups {
    pub fn get(&self, id: &str) -> Option<&Group> {
        self.0.get(id)
    }

    pub fn values(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }

    fn put(&mut self, group: Group, journal: &mut Journal) {
        journal.put_json(RECORD, "", &group.id, &group);
        self.0.insert(group.id.clone(), group);
    }

    /// A group that everybody has left is no more.
    fn remove(&mut self, id: &str, journal: &mut Journal) {
        journal.delete(RECORD, "", id);
        self.0.remove(id);
    }

    pub fn restore(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let mut group: Group = record.json()?;
        // Earlier records name no admins: whoever made the group was the only one.
        if group.admins.is_empty() {
            group.admins.insert(group.creator.clone());
        }
        self.0.insert(group.id.clone(), group);
        Ok(())
    }
}

impl Group {
    pub fn jid(&self) -> Jid {
        Jid::new(self.id.as_str(), Server::Group)
    }

    /// Whether somebody may write.
    pub fn lets_write(&self, phone: &str) -> bool {
        let admin = !self.rules.announcement || self.admins.contains(phone);
        admin && self.participants.contains(phone)
    }
}

impl World {
    /// Makes a group and tells the companions of its members. `None`: too many members.
    pub fn create_group(
        &mut self,
        creator: &str,
        subject: &str,
        participants: BTreeSet<String>,
        settings: Vec<Setting>,
    ) -> Option<Group> {
        if participants.len() > MEMBERS {
            return None;
        }
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
        };
        for setting in settings {
            setting.apply(&mut group, creator);
        }
        self.groups.put(group.clone(), &mut self.journal);
        let create = self.creation(&group, Some("new"));
        self.tell_group(&group, creator, create);
        Some(group)
    }

    /// The group, when somebody is in it.
    pub fn group_of(&self, phone: &str, id: &str) -> Result<&Group, Refusal> {
        let group = self.groups.get(id).ok_or(NOT_FOUND)?;
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
        setting.apply(&mut group, author);
        self.groups.put(group.clone(), &mut self.journal);
        let change = self.shown_setting(&group, &setting);
        self.tell_group(&group, author, change);
        Ok(())
    }

    fn tell_group(&mut self, group: &Group, author: &str, change: Node) {
        self.tell(group, author, &group.participants, change);
    }

    /// Notifies the companions of some people of what somebody did in a group.
    fn tell(&mut self, group: &Group, author: &str, people: &BTreeSet<String>, change: Node) {
        let author = Address::phone(author);
        let named = [
            ("participant", self.user(&author, Form::Lid)),
            ("participant_pn", self.user(&author, Form::Pn)),
        ];
        let accounts = people.iter().filter_map(|phone| self.accounts.get(phone));
        let companions: Vec<Address> = accounts
            .flat_map(|account| account.companions.keys().map(|d| account.address(*d)))
            .collect();
        for device in companions {
            let mut node = stanza::notification(group.jid(), "w:gp2", change.clone());
            for (key, jid) in &named {
                if let Some(jid) = jid {
                    node.attrs.push(*key, jid.clone());
                }
            }
            self.deliver(&device, node);
        }
    }
}
