//! What is to reach many is posted part by part, over as many lives as it takes: how far it has come is durable before the
//! next part leaves.

use std::sync::Arc;
use std::time::Duration;

use buffa::Message as _;
use chrono::{DateTime, Utc};
use tracing::{error, info, warn};
use waproto::whatsapp::Message;
use whatsapp_rust::Client;

use super::audience::Audience;
use super::part::{self, Part, Pauses};
use super::{delete, mention, sender_key};
use crate::device::life::Life;
use crate::device::report::{MessageFailed, MessageSent, kept_kind};
use crate::failure::{Failure, NotAccepted};
use crate::store::StoreError;
use crate::store::statuses::{KEPT, OpenStatus, State, Step};
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

/// The line in which statuses stand.
pub(super) const LINE: &str = "status@broadcast";
/// How often is looked for work of which nobody has told.
const LOOK: Duration = Duration::from_secs(600);
/// Before the store is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Does what there is to do, as long as the life lasts: those who have a status that is deleted come first, then statuses
/// in the order in which they were asked for.
pub(in crate::device) async fn post_all(life: Arc<Life>, client: Arc<Client>) {
    let poster = Poster { life, client };
    let (store, device) = (&poster.life.shared.store, poster.life.plan.number);
    let statuses = &poster.life.statuses;
    let mut look = statuses.are_waiting();
    loop {
        if !look {
            statuses.news(LOOK).await;
        }
        statuses.take_deletion();
        let worked = async {
            let next = store.next_status(device).await?;
            look = next.is_some();
            match next {
                // In boxes: every device waits here, and few have something to do.
                Some(open) if open.known.state == State::Deleting => {
                    Box::pin(delete::tell(&poster, open)).await
                }
                Some(open) => Box::pin(poster.post(open)).await,
                None => Ok(()),
            }
        };
        if let Err(error) = worked.await {
            error!(device.id = %poster.life.plan.device, error = %Chain(&error), "how far a status is could not be read or noted");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Posts for one life.
pub(super) struct Poster {
    pub(super) life: Arc<Life>,
    pub(super) client: Arc<Client>,
}

/// How far a status has come in this life.
struct Way {
    done: usize,
    refused: usize,
    failure: Option<String>,
    at: DateTime<Utc>,
}

impl Way {
    fn step(&self, begun: usize) -> Step<'_> {
        Step {
            begun,
            done: self.done,
            refused: self.refused,
            failure: self.failure.as_deref(),
        }
    }
}

impl Poster {
    /// Part by part, from where it stopped. Returns early when something is deleted, which comes first.
    async fn post(&self, open: OpenStatus) -> Result<(), StoreError> {
        let (life, store) = (&self.life, &self.life.shared.store);
        let (known, device) = (open.known, life.plan.number);
        let audience = Audience::from(open.audience);
        // It was encoded here and sealed since.
        let message = Message::decode_from_slice(&open.message).unwrap_or_default();
        let place = life.lanes.enter_again(&[LINE.to_owned()]);
        place.turn().await;
        let mut pauses = Pauses::of(life);
        let mut begun = known.begun;
        let mut way = Way {
            done: known.done,
            refused: known.refused,
            failure: None,
            at: Utc::now(),
        };
        while way.done < audience.people.len() {
            if life.statuses.take_deletion() {
                return Ok(());
            }
            if Utc::now().timestamp() - known.at > KEPT {
                way.failure = Some("it could not be posted within a day".to_owned());
                let late = Failure::TimedOut { message_id: None };
                return self.end(&known.id, &message, way, Some(late)).await;
            }
            let end = self.end_of_part(way.done, &audience);
            // Another configuration had smaller parts.
            if begun < end && !store.step_status(device, &known.id, way.step(end)).await? {
                return Ok(());
            }
            begun = begun.max(end);
            let people = &audience.people[way.done..end];
            match self.leave(&known.id, (&audience, people), &message).await {
                Part::Taken(at) => (way.done, way.at) = (end, at),
                Part::Without(reason) => {
                    warn!(reason, "some people do not get a status");
                    way.refused += people.len();
                    (way.done, way.failure) = (end, Some(reason));
                }
                Part::Again(reason) => {
                    let pause = self.pause(&known.id, &reason, &mut pauses).await?;
                    life.statuses.deletion(pause).await;
                    continue;
                }
                Part::Over(code) => {
                    way.failure = Some(part::said(&code));
                    let refused = not_accepted(code, &known.id);
                    return self.end(&known.id, &message, way, Some(refused)).await;
                }
            }
            pauses.reset();
            if way.done < audience.people.len() {
                begun = self.end_of_part(way.done, &audience);
                if !store
                    .step_status(device, &known.id, way.step(begun))
                    .await?
                {
                    return Ok(());
                }
            }
        }
        // Somebody has it, or there is a reason why nobody does.
        let reason = way.failure.clone().filter(|_| way.refused == way.done);
        let failure = reason.map(Failure::Refused);
        self.end(&known.id, &message, way, failure).await
    }

    /// Where the part ends that begins here.
    pub(super) fn end_of_part(&self, begin: usize, audience: &Audience) -> usize {
        let chunk = self.life.shared.status.chunk.get();
        (begin + chunk).min(audience.people.len())
    }

    async fn leave(
        &self,
        id: &str,
        (audience, people): (&Audience, &[u64]),
        message: &Message,
    ) -> Part {
        let (life, client) = (&self.life, &self.client);
        if let Err(failure) = sender_key::rotate(life, client, &audience.people).await {
            return Part::Again(failure.to_string());
        }
        part::send((life, client), id, (audience, people), message.clone()).await
    }

    /// For how long WhatsApp is to be left alone, which whoever asks is told.
    pub(super) async fn pause(
        &self,
        id: &str,
        reason: &str,
        pauses: &mut Pauses,
    ) -> Result<Duration, StoreError> {
        let (life, pause) = (&self.life, pauses.take());
        warn!(device.id = %life.plan.device, reason, seconds = pause.as_secs_f64(), "a status waits");
        let until = Utc::now() + pause;
        let (store, device) = (&life.shared.store, life.plan.number);
        store.hold_status(device, id, until.timestamp()).await?;
        Ok(pause)
    }

    /// It goes no further: whoever waits for it is told, or the webhook. `failure`: what somebody who waits hears of one that
    /// has failed.
    async fn end(
        &self,
        id: &str,
        message: &Message,
        way: Way,
        failure: Option<Failure>,
    ) -> Result<(), StoreError> {
        let (life, shared) = (&self.life, &self.life.shared);
        let (device, sent) = (life.plan.number, failure.is_none());
        if sent {
            mention::tell((life, &self.client), id, message).await;
        }
        let state = match sent {
            true => State::Sent,
            false => State::Failed,
        };
        let job = !life.statuses.is_awaited(id);
        let reason = way.failure.clone().unwrap_or_default();
        let event = match sent {
            true => {
                let told = MessageSent::status(id, kept_kind(message), way.at, job);
                Some(told.event(life.plan.device))
            }
            false => job.then(|| Event::of(&MessageFailed::new(id, LINE, reason.clone()))),
        };
        let told = match event {
            Some(event) => shared.webhooks.record(device, event, &life.records).await?,
            None => None,
        };
        let answer = match sent {
            true => Ok(way.at),
            false => Err(reason.clone()),
        };
        let now = (Utc::now().timestamp(), told.into_iter().collect());
        let ended = shared
            .store
            .end_status(device, id, (state, way.step(way.done)), now);
        let (ended, ()) = futures::join!(ended, life.note_answer_now(id, &answer));
        // Deleted at the last moment, it is still to do, and whoever waits is told when that is done.
        if !ended? {
            return Ok(());
        }
        shared.webhooks.recorded(device);
        info!(device.id = %life.plan.device, people = way.done, refused = way.refused, ?state, "a status has ended");
        life.statuses.ended(id, failure.map_or(Ok(way.at), Err));
        Ok(())
    }
}

/// What whoever waits for a status is told of WhatsApp's refusal.
fn not_accepted(code: String, id: &str) -> Failure {
    Failure::NotAccepted(Box::new(NotAccepted::new(code, id)))
}
