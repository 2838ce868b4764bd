//! Who is in a group.

use wacore_binary::Jid;
use whatsapp_rust::IqError;
use whatsapp_rust::features::GroupError;

use super::lookup::Identities;
use super::{Session, unanswered};
use crate::failure::Failure;

pub const NOT_FOUND: Failure = Failure::NotFound("group not found");

impl Session {
    /// The participants of a group that this account is in.
    pub async fn group_members(&self, group: &str) -> Result<Vec<Identities>, Failure> {
        let jid: Jid = group.parse().map_err(|_| Failure::Internal)?;
        let asked = async {
            let metadata = self.client.groups().get_metadata(&jid).await;
            metadata.map_err(not_told)
        };
        let members = self.query(asked).await?.participants.into_iter();
        let user = |jid: &Jid| jid.user.to_string();
        let identities = members.map(|member| {
            let own = Some(user(&member.jid));
            let (phone, lid) = (member.phone_number.as_ref(), member.lid.as_ref());
            match member.jid.is_lid() {
                true => Identities {
                    phone: phone.map(user),
                    lid: own,
                },
                false => Identities {
                    phone: own,
                    lid: lid.map(user),
                },
            }
        });
        Ok(identities.collect())
    }
}

fn not_told(error: GroupError) -> Failure {
    match error {
        // Not in it, or there is none: WhatsApp does not always tell which.
        GroupError::Iq(IqError::ServerError {
            code: 401 | 403 | 404,
            ..
        }) => NOT_FOUND,
        GroupError::Iq(error) => unanswered(error),
        _ => Failure::Refused("group query".into()),
    }
}
