//! Coming into a group by its invite code, at once or when an admin agrees.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::sandbox::group::Group;
use crate::sandbox::iq::{NOT_FOUND, Refusal};
use crate::sandbox::keys;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Codes that are known to have been taken back.
const REVOKED: usize = 16;

impl World {
    /// The invite code, which admins see; a new one takes the present one back.
    pub fn invite_code(&mut self, author: &str, id: &str, renew: bool) -> Result<Node, Refusal> {
        let free = !renew && self.group_of(author, id)?.rules.members_invite;
        let mut group = match free {
            true => self.group_of(author, id)?.clone(),
            false => self.group_led_by(author, id)?.clone(),
        };
        let present = group.invite.take().filter(|code| {
            if renew {
                group.revoked.push_back(code.clone());
            }
            !renew
        });
        if group.revoked.len() > REVOKED {
            group.revoked.pop_front();
        }
        let code = present.unwrap_or_else(|| BASE64_URL_SAFE_NO_PAD.encode(keys::random::<16>()));
        group.invite = Some(code.clone());
        self.keep_group(group.clone());
        let invite = NodeBuilder::new("invite").attr("code", code).build();
        if renew {
            self.tell_group(&group, author, invite.clone());
        }
        Ok(invite)
    }

    /// The group that an invite code opens.
    pub fn invited_to(&self, code: &str) -> Result<&Group, Refusal> {
        let mut groups = self.groups();
        let open = groups.find(|group| group.invite.as_deref() == Some(code));
        let gone = |group: &Group| group.revoked.iter().any(|revoked| revoked == code);
        open.ok_or_else(|| match self.groups().any(gone) {
            true => (410, "gone"),
            false => (406, "not-acceptable"),
        })
    }

    /// Comes in by an invite code, or asks to be let in where admins have to agree.
    pub fn join_by_code(&mut self, phone: &str, code: &str) -> Result<Node, Refusal> {
        let group = self.invited_to(code)?.clone();
        self.enter(phone, group, false)
    }

    /// Comes in, or asks to be let in where admins have to agree. `by_admin`: one of them has agreed before.
    pub fn enter(&mut self, phone: &str, group: Group, by_admin: bool) -> Result<Node, Refusal> {
        if group.participants.contains(phone) {
            return Err((409, "conflict"));
        }
        if group.participants.len() >= group.room() {
            return Err((419, "resource-limit"));
        }
        if by_admin || !group.rules.approval {
            self.join_group(&group.id, phone, phone, Some("invite"));
            return Ok(NodeBuilder::new("group").attr("jid", group.jid()).build());
        }
        Ok(self.ask_to_join(group, phone, "invite_link"))
    }

    /// Somebody waits from now on to be let in.
    pub fn ask_to_join(&mut self, mut group: Group, phone: &str, method: &'static str) -> Node {
        group.requests.insert(phone.to_owned(), stanza::now());
        self.keep_group(group.clone());
        let asked = self.named(&group, phone, "requested_user");
        let request = NodeBuilder::new("created_membership_requests")
            .attr("request_method", method)
            .children(asked.map(NodeBuilder::build))
            .build();
        self.tell(&group, phone, &group.admins, request);
        let asked = NodeBuilder::new("membership_approval_request");
        asked.attr("jid", group.jid()).build()
    }

    /// Takes one's own wish back to be let in.
    pub fn withdraw_requests(
        &mut self,
        phone: &str,
        id: &str,
        people: &[Jid],
    ) -> Result<Node, Refusal> {
        self.group(id).ok_or(NOT_FOUND)?;
        let mut answers = Vec::new();
        for jid in people {
            let own = self
                .resolve(jid)
                .is_some_and(|(person, _)| person.phone == phone);
            let waits = self
                .group(id)
                .is_some_and(|group| group.requests.contains_key(phone));
            let error = match (own, waits) {
                (true, true) => None,
                (true, false) => Some(404),
                (false, _) => Some(403),
            };
            if error.is_none() {
                self.reject(id, phone, phone);
            }
            answers.push(self.answered(jid, error, None));
        }
        let withdrawn = NodeBuilder::new("cancel_membership_requests");
        Ok(withdrawn.children(answers).build())
    }

    /// Who waits to be let in.
    pub fn membership_requests(&self, author: &str, id: &str) -> Result<Node, Refusal> {
        let group = self.group_led_by(author, id)?;
        let waiting = group.requests.iter().filter_map(|(phone, since)| {
            let node = self.named(group, phone, "membership_approval_request")?;
            let node = node.attr("request_time", *since);
            Some(node.attr("request_method", "invite_link").build())
        });
        let node = NodeBuilder::new("membership_approval_requests");
        Ok(node.children(waiting).build())
    }

    /// Lets people in who wait for it, or sends them away.
    pub fn decide_requests(
        &mut self,
        author: &str,
        id: &str,
        approve: bool,
        people: &[Jid],
    ) -> Result<Node, Refusal> {
        self.group_led_by(author, id)?;
        let mut answers = Vec::new();
        for jid in people {
            let waiting = self.resolve(jid).map(|(person, _)| person.phone);
            let waiting = waiting.filter(|phone| {
                let group = self.group(id);
                group.is_some_and(|group| group.requests.contains_key(phone))
            });
            match &waiting {
                Some(phone) if approve => self.join_group(id, author, phone, None),
                Some(phone) => self.reject(id, author, phone),
                None => {}
            }
            let unknown = waiting.is_none().then_some(404);
            answers.push(self.answered(jid, unknown, None));
        }
        let tag = if approve { "approve" } else { "reject" };
        let decided = NodeBuilder::new(tag).children(answers).build();
        let action = NodeBuilder::new("membership_requests_action");
        Ok(action.children([decided]).build())
    }

    fn reject(&mut self, id: &str, author: &str, phone: &str) {
        let Some(mut group) = self.group(id).cloned() else {
            return;
        };
        group.requests.remove(phone);
        self.keep_group(group.clone());
        let revoked = NodeBuilder::new("revoked_membership_requests")
            .children(self.member(&group, phone))
            .build();
        let asker = BTreeSet::from([phone.to_owned()]);
        let told = group.admins.union(&asker).cloned().collect();
        self.tell(&group, author, &told, revoked);
    }
}
