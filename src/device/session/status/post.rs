//! A new status: to few it leaves at once, and whoever asks waits for WhatsApp's word. To many it is a job.

use std::time::Duration;

use buffa::Message as _;
use chrono::{DateTime, Utc};
use tokio::time::{Instant, timeout};
use tracing::{Instrument, warn};
use waproto::whatsapp::Message;
use whatsapp_rust::features::StatusSendOptions;

use super::audience::{Audience, addressed};
use super::part::said;
use super::posting::LINE;
use super::{Status, mention, sender_key};
use crate::device::life::acks::Answer;
use crate::device::life::lanes::Place;
use crate::device::report::kept_kind;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::{Ack, Session, failures};
use crate::failure::{Failure, MAYBE_SENT};
use crate::store::statuses::{NewStatus, State, Step};
use crate::telemetry::Chain;

/// Before the deadline somebody who waits is told that it goes on.
const IN_TIME: Duration = Duration::from_secs(1);

/// It was deleted before it had reached everybody.
const DELETED: Failure = Failure::documented(409, "this status was deleted");

/// Where those stand whose audience is being found out: it is long in coming where it has grown, and nobody is to overtake them.
const ASKED: &str = "status@broadcast: asked for";

/// A place among those who want to post.
pub struct Asked(Place);

/// How far a new status has come when its caller is answered.
pub enum Posting {
    /// WhatsApp has it for everybody.
    Posted(Ack),
    /// It goes on under this id, to so many people.
    UnderWay {
        message_id: String,
        recipients: usize,
    },
}

impl Session {
    /// For so long whoever asks waits for what goes on in any case.
    pub(super) fn patience(&self) -> Duration {
        let left = self.deadline().at() - Instant::now();
        self.answer_after()
            .min(left.saturating_sub(IN_TIME.min(left / 4)))
    }
}

impl Status<'_> {
    /// Takes a place: whoever asks later posts later.
    pub fn ask(&self) -> Asked {
        Asked(self.0.life.lanes.enter_again(&[ASKED.to_owned()]))
    }

    /// Publishes to these people: returns once WhatsApp has accepted it, or when it goes on as a job.
    pub async fn post(
        &self,
        asked: Asked,
        audience: Audience,
        message: Outgoing,
    ) -> Result<Posting, Failure> {
        let (session, life) = (self.0, &self.0.life);
        asked.0.turn().await;
        let few = audience.people.len() <= life.shared.status.chunk.get();
        if few && !life.statuses.are_waiting() {
            let place = life.lanes.enter_again(&[LINE.to_owned()]);
            drop(asked);
            let posted = self.post_to_few(place, &audience, message.0).await;
            return posted.map(Posting::Posted);
        }
        let message_id = session.id_to_send();
        let entered = life.statuses.enter(life.shared.status.waiting.get())?;
        let ended = life.statuses.expect(&message_id);
        let chunk = life.shared.status.chunk.get();
        let begun = chunk.min(audience.people.len());
        if self
            .keep(&message_id, &audience, (begun, true), &message.0)
            .await?
        {
            entered.keep();
        } else {
            drop(entered);
            if let Some(posted) = self.known(&message_id).await? {
                return Ok(Posting::Posted(posted));
            }
        }
        drop((asked, message));
        session.terms.sending.promise();
        life.statuses.wake();
        match timeout(session.patience(), ended).await {
            Ok(Ok(Ok(at))) => Ok(Posting::Posted(Ack { message_id, at })),
            Ok(Ok(Err(failure))) => Err(failure),
            // Whoever deletes it waits now.
            Ok(Err(_)) => Err(DELETED),
            Err(_) => Ok(Posting::UnderWay {
                message_id,
                recipients: audience.people.len(),
            }),
        }
    }

    /// What is known of one that was asked for before under this id. `None`: it is under way.
    async fn known(&self, id: &str) -> Result<Option<Ack>, Failure> {
        let life = &self.0.life;
        let known = life.shared.store.status(life.plan.number, id).await;
        let known = known
            .map_err(|error| Failure::of_store("how far a status is could not be read", &error))?;
        match known {
            Some(known) if known.state == State::Sending => Ok(None),
            Some(known) if known.state == State::Sent => Ok(Some(Ack {
                message_id: id.to_owned(),
                at: DateTime::from_timestamp(known.at, 0).unwrap_or_default(),
            })),
            Some(_) => Err(DELETED),
            // The device was unlinked a moment ago.
            None => Err(Failure::Disconnected),
        }
    }

    /// Before its first byte leaves. False: it is known.
    async fn keep(
        &self,
        id: &str,
        audience: &Audience,
        (begun, promised): (usize, bool),
        message: &Message,
    ) -> Result<bool, Failure> {
        let life = &self.0.life;
        let message = message.encode_to_vec();
        let new = NewStatus {
            device: life.plan.number,
            id,
            promised,
            audience: &audience.stored(),
            begun,
            message: &message,
            at: Utc::now().timestamp(),
        };
        let kept = life.shared.store.put_status(&new).await;
        kept.map_err(|error| Failure::of_store("a status could not be kept", &error))
    }

    /// In one part, with whoever asks.
    async fn post_to_few(
        &self,
        place: Place,
        audience: &Audience,
        message: Message,
    ) -> Result<Ack, Failure> {
        let (session, life) = (self.0, &self.0.life);
        place.turn().await;
        sender_key::rotate(life, &session.client, &audience.people).await?;
        let kind = kept_kind(&message);
        let people = audience.people.len();
        let message_id = session.id_to_send();
        let write = async |message_id: String| {
            let kept = self.keep(&message_id, audience, (people, false), &message);
            let write = async {
                let recipients = addressed(life, &session.client, &audience.people).await;
                let options = StatusSendOptions {
                    privacy: audience.setting(),
                    message_id: Some(message_id.clone()),
                    ..Default::default()
                };
                let status = session.client.status();
                let sent = status.send_raw(message.clone(), &recipients, options);
                let sent = Box::pin(sent);
                sent.await.map(drop).map_err(failures::not_sent)
            };
            // What is kept is before what is written in the store's one queue, and is there when that has left.
            let (kept, written) = futures::join!(kept, write);
            drop(place);
            if let Err(failure) = kept {
                warn!(reason = %failure, "a status cannot be asked for afterwards");
            }
            written
        };
        let noted = async |answer: &Answer| {
            let failure = answer.as_ref().err();
            let failure = failure.map(|code| said(code));
            end(session, &message_id, people, failure).await;
        };
        let id = message_id.clone();
        let accepted = session.accepted_and_noted(id, kind, write, noted).await;
        if let Err(failure) = &accepted {
            let reason = match failure.is_final(true) {
                true => failure.to_string(),
                false => format!("{failure}: {MAYBE_SENT}"),
            };
            let (session, id) = (session.clone(), message_id.clone());
            // Its caller's time may be over.
            let noted = async move { end(&session, &id, people, Some(reason)).await };
            tokio::spawn(noted.in_current_span());
        }
        if accepted.is_ok() {
            life.statuses.meet(&audience.people);
            self.tell_mentioned(message_id, message).await;
        }
        accepted
    }

    /// Also when its caller's time is over.
    async fn tell_mentioned(&self, id: String, message: Message) {
        let session = self.0.clone();
        let told = async move {
            mention::tell((&session.life, &session.client), &id, &message).await;
        };
        let told = tokio::spawn(told.in_current_span());
        if let Err(error) = told.await {
            warn!(error = %Chain(&error), "whoever a status mentions may not know of it");
        }
    }
}

/// Notes how a status to few has ended.
async fn end(session: &Session, id: &str, people: usize, failure: Option<String>) {
    let life = &session.life;
    let (state, done) = match failure {
        None => (State::Sent, people),
        Some(_) => (State::Failed, 0),
    };
    let step = Step {
        begun: people,
        done,
        refused: 0,
        failure: failure.as_deref(),
    };
    let now = (Utc::now().timestamp(), Vec::new());
    let (store, device) = (&life.shared.store, life.plan.number);
    if let Err(error) = store.end_status(device, id, (state, step), now).await {
        warn!(error = %Chain(&error), "how a status has ended could not be kept");
    }
}
