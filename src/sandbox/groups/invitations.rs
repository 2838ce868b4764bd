//! Invitations for one person: for somebody who could not be added, and may come in by themselves.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::sandbox::group::{Group, Invitation};
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Refusal};
use crate::sandbox::keys;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// How long they are good, in seconds.
const GOOD_FOR: u64 = 3 * 24 * 3600;
const NOT_AUTHORIZED: Refusal = (401, "not-authorized");
const GONE: Refusal = (410, "gone");

impl World {
    /// What `author` may hand to somebody whom they could not add; a new one takes an older one's place.
    pub fn offer_invitation(&mut self, id: &str, author: &str, jid: &Jid) -> Option<Node> {
        let (person, _) = self.resolve(jid)?;
        let mut group = self.group(id)?.clone();
        let invitation = Invitation {
            code: BASE64_URL_SAFE_NO_PAD.encode(keys::random::<12>()),
            admin: author.to_owned(),
            expiration: stanza::now() + GOOD_FOR,
        };
        let offer = NodeBuilder::new("add_request")
            .attr("code", invitation.code.as_str())
            .attr("expiration", invitation.expiration)
            .build();
        group.invitations.insert(person.phone, invitation);
        self.keep_group(group);
        Some(offer)
    }

    /// The group that an invitation opens, as its receiver shows it: code, end and sender have to be as they were handed out.
    pub fn invitation_to(&self, phone: &str, id: &str, shown: &Node) -> Result<&Group, Refusal> {
        let group = self.group(id).ok_or(NOT_FOUND)?;
        let code = stanza::attr(shown, "code").ok_or(BAD_REQUEST)?;
        let expiration = stanza::attr(shown, "expiration").ok_or(BAD_REQUEST)?;
        let admin = stanza::jid(shown, "admin").ok_or(BAD_REQUEST)?;
        let admin = self.resolve(&admin).map(|(admin, _)| admin.phone);
        let known = group.invitations.get(phone).ok_or(GONE)?;
        let same = known.code == code
            && known.expiration.to_string() == expiration
            && admin.as_ref() == Some(&known.admin);
        match same {
            false => Err(NOT_AUTHORIZED),
            true if known.expiration <= stanza::now() => Err(GONE),
            // Who has handed it out must still be one who could.
            true if !group.participants.contains(&known.admin) => Err(GONE),
            true => Ok(group),
        }
    }

    /// Comes in by an invitation.
    pub fn accept_invitation(
        &mut self,
        phone: &str,
        id: &str,
        shown: &Node,
    ) -> Result<Node, Refusal> {
        let group = self.invitation_to(phone, id, shown)?.clone();
        let invitation = group.invitations.get(phone);
        let by_admin =
            invitation.is_some_and(|invitation| group.admins.contains(&invitation.admin));
        self.enter(phone, group, by_admin)
    }

    /// Takes invitations back. Who has none is passed over.
    pub fn revoke_invitations(
        &mut self,
        author: &str,
        id: &str,
        people: &[Jid],
    ) -> Result<(), Refusal> {
        let mut group = self.group_led_by(author, id)?.clone();
        for jid in people {
            if let Some((person, _)) = self.resolve(jid) {
                group.invitations.remove(&person.phone);
            }
        }
        self.keep_group(group);
        Ok(())
    }
}
