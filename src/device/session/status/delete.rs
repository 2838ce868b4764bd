//! A status is deleted: whoever may have it is told so, in the same parts and as durably as it was posted.

use buffa::MessageField;
use chrono::Utc;
use tokio::time::timeout;
use wacore_binary::Jid;
use waproto::whatsapp::message::ProtocolMessage;
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::{Message, MessageKey};

use super::audience::Audience;
use super::part::{self, Part, Pauses};
use super::posting::Poster;
use super::{Status, sender_key};
use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::statuses::{KEPT, OpenStatus, State};

/// No status of this id, or of another device.
pub const UNKNOWN: Failure = Failure::NotFound("no such status");

/// How far a deletion has come when its caller is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// Whoever has it was told.
    Done,
    /// They are being told.
    UnderWay,
}

impl Status<'_> {
    /// Takes a status back from whoever has it. One that is being posted goes no further. Of one that was deleted nothing
    /// is done.
    pub async fn delete(&self, id: &str) -> Result<Deletion, Failure> {
        let (session, life) = (self.0, &self.0.life);
        let (store, device) = (&life.shared.store, life.plan.number);
        let known = store.status(device, id).await.map_err(not_read)?;
        let known = known.ok_or(UNKNOWN)?;
        if known.state == State::Deleted {
            return Ok(Deletion::Done);
        }
        let ended = life.statuses.expect(id);
        session.terms.sending.promise();
        if known.state != State::Deleting {
            let revoke_id = session.client.generate_message_id();
            let deleted = store.delete_status(device, id, &revoke_id).await;
            let deleted = deleted.map_err(|error| {
                Failure::of_store("that a status is deleted could not be noted", &error)
            })?;
            let counted = known.state == State::Sending && known.promised;
            if deleted && !counted {
                life.statuses.left(1);
            }
        }
        life.statuses.wake_for_deletion();
        match timeout(session.patience(), ended).await {
            Ok(Ok(Ok(_))) => Ok(Deletion::Done),
            Ok(Ok(Err(failure))) => Err(failure),
            Ok(Err(_)) | Err(_) => Ok(Deletion::UnderWay),
        }
    }
}

fn not_read(error: StoreError) -> Failure {
    Failure::of_store("how far a status is could not be read", &error)
}

/// Tells whoever may have it, from where it stopped.
pub(super) async fn tell(poster: &Poster, open: OpenStatus) -> Result<(), StoreError> {
    let (life, store) = (&poster.life, &poster.life.shared.store);
    let (known, device) = (open.known, life.plan.number);
    let reached = known.begun.min(open.audience.people.len());
    let mut audience = Audience::from(open.audience);
    audience.people = audience.people[..reached].into();
    let revoke_id = known.revoke_id.as_deref().unwrap_or_default();
    let message = revocation(&known.id);
    let mut pauses = Pauses::of(life);
    let (mut told, mut failure) = (known.told, None);
    while told < audience.people.len() {
        if Utc::now().timestamp() - known.at > 2 * KEPT {
            failure =
                Some("not everybody could be told within a day that it is deleted".to_owned());
            break;
        }
        let end = poster.end_of_part(told, &audience);
        let people = &audience.people[told..end];
        let sent = match sender_key::widen(life, &audience.people).await {
            Ok(()) => {
                let revoke = message.clone();
                let parties = (life.as_ref(), poster.client.as_ref());
                part::send(parties, revoke_id, (&audience, people), revoke).await
            }
            Err(failure) => Part::Again(failure.to_string()),
        };
        match sent {
            Part::Taken(_) | Part::Without(_) => {
                pauses.reset();
                told = end;
                store.tell_status(device, &known.id, told).await?;
            }
            Part::Again(reason) => {
                let pause = poster.pause(&known.id, &reason, &mut pauses).await?;
                tokio::time::sleep(pause).await;
            }
            Part::Over(code) => {
                failure = Some(format!("it could not be deleted: {}", part::said(&code)));
                break;
            }
        }
    }
    let now = Utc::now();
    let ended = store.status_deleted(device, &known.id, failure.as_deref(), now.timestamp());
    ended.await?;
    tracing::info!(device.id = %life.plan.device, people = told, "a status was deleted");
    life.statuses.ended(
        &known.id,
        match failure {
            None => Ok(now),
            Some(reason) => Err(Failure::Refused(reason)),
        },
    );
    Ok(())
}

/// What tells a phone that a status is deleted.
fn revocation(id: &str) -> Message {
    let key = MessageKey {
        remote_jid: Some(Jid::status_broadcast().to_string()),
        from_me: Some(true),
        id: Some(id.to_owned()),
        ..Default::default()
    };
    let protocol = ProtocolMessage {
        key: MessageField::some(key),
        r#type: Some(Type::REVOKE),
        ..Default::default()
    };
    Message {
        protocol_message: MessageField::some(protocol),
        ..Default::default()
    }
}
