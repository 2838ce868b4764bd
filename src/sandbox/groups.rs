//! Groups, as far as messages need them: who is in, and what clients are told about it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, Server};

use super::address::{Address, Form};
use super::keys;
use super::persistence::{Journal, PersistenceError, Record};
use super::stanza;
use super::world::World;

const RECORD: &str = "group";
/// Members of one group at the real server.
pub const MEMBERS: usize = 1024;

#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub subject: String,
    /// Unix seconds.
    pub creation: u64,
    /// Phone numbers, as all people here.
    pub creator: String,
    pub participants: BTreeSet<String>,
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

    pub fn restore(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let group: Group = record.json()?;
        self.0.insert(group.id.clone(), group);
        Ok(())
    }
}

impl Group {
    pub fn jid(&self) -> Jid {
        Jid::new(self.id.as_str(), Server::Group)
    }
}

impl World {
    /// Makes a group and tells the companions of its members. `None`: too many members.
    pub fn create_group(
        &mut self,
        creator: &str,
        subject: &str,
        participants: BTreeSet<String>,
    ) -> Option<Group> {
        if participants.len() > MEMBERS {
            return None;
        }
        let group = Group {
            // 18 digits that begin like the real ones.
            id: format!("1203630{:011}", keys::random_below(100_000_000_000)),
            subject: subject.to_owned(),
            creation: stanza::now(),
            creator: creator.to_owned(),
            participants,
        };
        self.groups.put(group.clone(), &mut self.journal);
        let create = NodeBuilder::new("create")
            .attr("type", "new")
            .children([self.group_node(&group)])
            .build();
        self.tell_group(&group, create);
        Some(group)
    }

    /// Takes a member in, or out.
    pub fn change_group(&mut self, id: &str, phone: &str, present: bool) -> Option<Group> {
        let mut group = self.groups.get(id)?.clone();
        let before = group.clone();
        match present {
            true => group.participants.insert(phone.to_owned()),
            false => group.participants.remove(phone),
        };
        self.groups.put(group.clone(), &mut self.journal);
        let tag = if present { "add" } else { "remove" };
        let member = self.member(&group, phone)?;
        let change = NodeBuilder::new(tag).children([member]).build();
        let told = if present { &group } else { &before };
        self.tell_group(told, change);
        Some(group)
    }

    fn tell_group(&mut self, group: &Group, change: Node) {
        let creator = self.user(&Address::phone(&group.creator), Form::Lid);
        let companions: Vec<Address> = group
            .participants
            .iter()
            .filter_map(|phone| self.accounts.get(phone))
            .flat_map(|account| account.companions.keys().map(|d| account.address(*d)))
            .collect();
        for device in companions {
            let mut node = stanza::notification(group.jid(), "w:gp2", change.clone());
            if let Some(creator) = &creator {
                node.attrs.push("participant", creator.clone());
            }
            self.deliver(&device, node);
        }
    }

    /// A group as its members see it. Groups are addressed by LID, as all newer ones are.
    pub fn group_node(&self, group: &Group) -> Node {
        let members = group.participants.iter();
        let members = members.filter_map(|phone| self.member(group, phone));
        let node = NodeBuilder::new("group")
            .attr("id", group.id.as_str())
            .attr("subject", group.subject.as_str())
            .attr("creation", group.creation)
            .attr("s_t", group.creation)
            .attr("addressing_mode", "lid")
            .attr("size", group.participants.len());
        let creator = Address::phone(&group.creator);
        let node = match (
            self.user(&creator, Form::Lid),
            self.user(&creator, Form::Pn),
        ) {
            (Some(lid), Some(pn)) => node
                .attr("creator", lid.clone())
                .attr("creator_pn", pn.clone())
                .attr("s_o", lid)
                .attr("s_o_pn", pn),
            _ => node,
        };
        node.children(members).build()
    }

    fn member(&self, group: &Group, phone: &str) -> Option<Node> {
        let account = self.accounts.get(phone)?;
        let member = NodeBuilder::new("participant")
            .attr("jid", account.jid(Form::Lid))
            .attr("phone_number", account.jid(Form::Pn));
        Some(match phone == group.creator {
            true => member.attr("type", "superadmin").build(),
            false => member.build(),
        })
    }
}
