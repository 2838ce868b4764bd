//! Who comes into a group, who goes, and who leads it.

use std::collections::BTreeSet;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::sandbox::address::{Address, Form};
use crate::sandbox::group::Group;
use crate::sandbox::iq::Refusal;
use crate::sandbox::world::World;

/// Why one of several people is not added, or not removed, beside those who are.
type Error = u16;

const NOT_AUTHORIZED: Error = 401;
pub const FORBIDDEN: Error = 403;
const NOT_FOUND: Error = 404;
const CONFLICT: Error = 409;
/// "Resource limit": the group is full, or has as many admins as it takes.
const FULL: Error = 419;

/// What is done with a member, or with somebody who becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChange {
    Add,
    Remove,
    Promote,
    Demote,
}

impl MemberChange {
    /// By the tag that clients send.
    pub fn named(tag: &str) -> Option<Self> {
        Some(match tag {
            "add" => Self::Add,
            "remove" => Self::Remove,
            "promote" => Self::Promote,
            "demote" => Self::Demote,
            _ => return None,
        })
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Promote => "promote",
            Self::Demote => "demote",
        }
    }
}

impl World {
    /// What one member does with others. Each is answered for: with an error where it cannot be done.
    pub fn change_members(
        &mut self,
        author: &str,
        id: &str,
        change: MemberChange,
        people: &[Jid],
    ) -> Result<Node, Refusal> {
        let free = change == MemberChange::Add && !self.group_of(author, id)?.rules.admins_add;
        if !free {
            self.group_led_by(author, id)?;
        }
        let mut answers = Vec::new();
        for jid in people {
            let done = self.change_member(author, id, change, jid);
            let offer = match (change, done) {
                (MemberChange::Add, Err(FORBIDDEN)) => self.offer_invitation(id, author, jid),
                _ => None,
            };
            answers.push(self.answered(jid, done.err(), offer));
        }
        Ok(NodeBuilder::new(change.tag()).children(answers).build())
    }

    fn change_member(
        &mut self,
        author: &str,
        id: &str,
        change: MemberChange,
        jid: &Jid,
    ) -> Result<(), Error> {
        let (person, _) = self.resolve(jid).ok_or(NOT_FOUND)?;
        let phone = person.phone;
        let group = self.group(id).ok_or(NOT_FOUND)?;
        if change == MemberChange::Add {
            self.may_be_added(author, &phone, group)?;
            self.join_group(id, author, &phone, None);
            return Ok(());
        }
        if !group.participants.contains(&phone) {
            return Err(NOT_FOUND);
        }
        // Nobody takes the group away from whom made it.
        let lowers = change != MemberChange::Promote;
        if lowers && phone == group.creator && group.admins.contains(&phone) && phone != author {
            return Err(FORBIDDEN);
        }
        if change == MemberChange::Promote && !group.takes_admin(&phone) {
            return Err(FULL);
        }
        match change {
            MemberChange::Remove => self.leave_group(id, author, &phone),
            _ => self.rank(id, Some(author), &phone, change),
        }
        Ok(())
    }

    /// Whether somebody lets somebody else add them.
    pub fn may_be_added(&self, author: &str, phone: &str, group: &Group) -> Result<(), Error> {
        if group.participants.contains(phone) {
            return Err(CONFLICT);
        }
        if group.participants.len() >= group.room() {
            return Err(FULL);
        }
        self.lets_add(author, phone)
    }

    /// Whether somebody's privacy and block list let `author` take them into groups.
    pub fn lets_add(&self, author: &str, phone: &str) -> Result<(), Error> {
        let author = Address::phone(author);
        let lid = &self.account(&author).ok_or(NOT_FOUND)?.profile.lid;
        let account = self.accounts.get(phone).ok_or(NOT_FOUND)?;
        if account.profile.blocked.contains(lid) {
            return Err(NOT_AUTHORIZED);
        }
        match self.admits(account, "groupadd", &author) {
            true => Ok(()),
            false => Err(FORBIDDEN),
        }
    }

    /// Takes somebody in. The newcomer's devices are told of the group, the others of the newcomer.
    pub fn join_group(&mut self, id: &str, author: &str, phone: &str, reason: Option<&str>) {
        let id = &self.entrance(id);
        let Some(mut group) = self.group(id).cloned() else {
            return;
        };
        let others = group.participants.clone();
        if !group.participants.insert(phone.to_owned()) {
            return;
        }
        group.requests.remove(phone);
        group.invitations.remove(phone);
        let mut add = group.people_changed(NodeBuilder::new("add"));
        self.keep_group(group.clone());
        if let Some(reason) = reason {
            add = add.attr("reason", reason.to_owned());
        }
        let add = add.children(self.member(&group, phone)).build();
        // Who comes by themselves is named once.
        let author_told = Some(author).filter(|_| reason != Some("invite"));
        self.tell_of(&group, author_told, &others, add);
        let newcomer = BTreeSet::from([phone.to_owned()]);
        let create = self.creation(&group, None);
        self.tell(&group, author, &newcomer, create);
        self.join_community(&group, author, phone, reason);
    }

    /// Takes somebody out, who is told as well.
    pub fn leave_group(&mut self, id: &str, author: &str, phone: &str) {
        let id = &self.entrance(id);
        let Some(mut group) = self.group(id).cloned() else {
            return;
        };
        let before = group.participants.clone();
        if !group.participants.remove(phone) {
            return;
        }
        let member = self.member(&group, phone);
        group.admins.remove(phone);
        let remove = group.people_changed(NodeBuilder::new("remove"));
        if group.participants.is_empty() {
            self.remove_group(id);
        } else {
            self.keep_group(group.clone());
        }
        let remove = remove.children(member).build();
        self.tell(&group, author, &before, remove);
        // A group is never without an admin: the real server picks one, too, and says that nobody did it.
        if group.admins.is_empty()
            && let Some(heir) = group.participants.first()
        {
            self.rank(id, None, heir, MemberChange::Promote);
        }
        self.leave_community(&group, author, phone);
    }

    /// `author`: `None` where the server itself does it.
    pub fn rank(&mut self, id: &str, author: Option<&str>, phone: &str, change: MemberChange) {
        let Some(mut group) = self.group(id).cloned() else {
            return;
        };
        match change {
            MemberChange::Promote => group.admins.insert(phone.to_owned()),
            _ => group.admins.remove(phone),
        };
        let told = group.people_changed(NodeBuilder::new(change.tag()));
        self.keep_group(group.clone());
        let told = told.children(self.member(&group, phone)).build();
        self.tell_of(&group, author, &group.participants, told);
        self.rank_in_community(&group, author, phone, change);
    }

    /// A person in an answer, with the reason why nothing was done.
    pub fn answered(&self, jid: &Jid, error: Option<u16>, offer: Option<Node>) -> Node {
        let person = self.resolve(jid).map(|(person, _)| person);
        let user = |form| self.user(person.as_ref()?, form);
        let lid = user(Form::Lid).unwrap_or_else(|| jid.clone());
        let mut node = NodeBuilder::new("participant").attr("jid", lid);
        if let Some(phone) = user(Form::Pn) {
            node = node.attr("phone_number", phone);
        }
        if let Some(offer) = offer {
            node = node.children([offer]);
        }
        match error {
            Some(error) => node.attr("error", error).build(),
            None => node.build(),
        }
    }
}
