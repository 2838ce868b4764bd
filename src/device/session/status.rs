//! Posting to the status broadcast.

pub mod audience;
pub mod privacy;
mod sender_key;

use tokio::time::timeout;
use wacore_binary::Jid;
use whatsapp_rust::features::StatusSendOptions;

use self::audience::Audience;
use self::privacy::{Admits, StatusPrivacy};
use super::outgoing::Outgoing;
use super::{Ack, Session, failures};
use crate::device::report::kept_kind;
use crate::failure::Failure;
use crate::jid::Person;

/// The account's statuses, and who sees them.
pub struct Status<'a>(&'a Session);

impl Session {
    /// The account's statuses, and who sees them.
    pub fn status(&self) -> Status<'_> {
        Status(self)
    }
}

impl Status<'_> {
    /// The rule in force, as WhatsApp has it or as it was written here last.
    pub async fn privacy(&self) -> Result<StatusPrivacy, Failure> {
        privacy::in_force(self.0).await
    }

    /// Writes a rule, and returns it with the people on its list as WhatsApp knows them: the phone knows them by that.
    /// It decides about every status from now on.
    pub async fn set_privacy(
        &self,
        admits: Admits,
        list: &[Person],
    ) -> Result<StatusPrivacy, Failure> {
        let names = self.0.lookup().listed(list).await?;
        let list = names.iter().map(Jid::to_string).collect();
        let rule = StatusPrivacy { admits, list };
        privacy::write(self.0, rule.clone()).await?;
        Ok(rule)
    }

    /// Whom the account's status privacy admits, as WhatsApp has it at this moment.
    pub async fn audience(&self) -> Result<Audience, Failure> {
        let session = self.0;
        // Contacts that came while the device was away. A server that keeps them to itself does not stop a status.
        session.life.look_for_removals();
        let _ = timeout(session.query_timeout(), session.life.owed.caught_up()).await;
        let blocklist = session.blocklist();
        let (rule, blocked) = futures::try_join!(self.privacy(), blocklist.people())?;
        let contacts = session.contacts().all().await?;
        let audience = Audience::admitted(session, rule, &blocked, contacts);
        session.query(audience).await
    }

    /// Publishes to these people, and returns once WhatsApp has accepted it.
    pub async fn post(&self, audience: Audience, message: Outgoing) -> Result<Ack, Failure> {
        let (session, audience) = (self.0, &audience);
        let kind = kept_kind(&message.0);
        let publish = async |message_id| {
            sender_key::rotate(session, audience).await?;
            let options = StatusSendOptions {
                privacy: audience.setting,
                message_id: Some(message_id),
                ..Default::default()
            };
            let status = session.client.status();
            let sent = status.send_raw(message.0, &audience.recipients, options);
            sent.await.map(drop).map_err(failures::not_sent)
        };
        session.accepted(session.id_to_send(), kind, publish).await
    }
}
