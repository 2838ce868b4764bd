//! POST /presence/subscribe — somebody's comings and goings are told, as `contact.presence`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::commands::named::NamedSubject;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::presence::NAMELESS;
use crate::failure::Failure;
use crate::jid::Person;

/// Whose presence is to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"jid": "5511999999999@s.whatsapp.net", "ensure_online": true}))]
pub struct SubscribePresence {
    /// Whose: a number, a JID or a LID.
    #[schema(value_type = String)]
    jid: Person,
    /// Shows others that somebody is there, as POST /presence does: WhatsApp tells nothing to whoever is not.
    ensure_online: Option<bool>,
}

/// Whose presence is told from now on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = PresenceSubscription,
    example = json!({"subject_jid": "5511999999999@s.whatsapp.net"})
)]
pub struct Subscribed {
    #[serde(flatten)]
    subject: NamedSubject,
}

impl Command for SubscribePresence {
    type Reply = Subscribed;
    const SUMMARY: &'static str = "Has somebody's comings and goings told";
    const OPERATION: Operation = Operation::new("presence_subscribe", Envelope::Flat)
        .failing_with("failed to subscribe to presence");

    fn refusals() -> Vec<Failure> {
        vec![NAMELESS]
    }

    async fn run(self, session: Session) -> Result<Subscribed, Failure> {
        let online = self.ensure_online.unwrap_or(false);
        let presence = session.presence();
        let subject_jid = presence.subscribe("jid", &self.jid, online).await?;
        let subject = session.named(subject_jid).await.into();
        Ok(Subscribed { subject })
    }
}
