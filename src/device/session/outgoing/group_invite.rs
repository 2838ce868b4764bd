//! Invitations into groups, each for one person.

use waproto::whatsapp as wa;

use super::Outgoing;
use crate::device::session::groups::Invitation;

impl Outgoing {
    /// The invitation into a group of this JID and name.
    pub fn group_invite(group: &str, name: &str, invitation: &Invitation) -> Self {
        let content = wa::message::GroupInviteMessage {
            group_jid: Some(group.to_owned()),
            group_name: Some(name.to_owned()),
            invite_code: Some(invitation.code.clone()),
            invite_expiration: Some(invitation.expiration),
            ..Default::default()
        };
        Self(wa::Message {
            group_invite_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }
}
