//! Commands that are answered before they are done, and go on as jobs.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use tracing::info;

use super::{Sending, Session};
use crate::device::kept::About;
use crate::device::life::Life;
use crate::device::report::MessageSent;
use crate::device::settle::{fail_soon, settle_soon};
use crate::failure::Failure;
use crate::store::jobs::{Outcome, PromisedJob};
use crate::store::messages::{NewMessage, State as MessageState};

/// Whether the caller has been answered.
#[derive(Clone, Default)]
pub(super) struct Answered(Arc<watch::Sender<bool>>);

impl Session {
    /// The id of the message that the command sends, if it sends one.
    pub fn message_id(&self) -> Option<&str> {
        self.terms.message_id.as_deref()
    }

    /// How long the caller waits for what may go on as a job.
    pub fn answer_after(&self) -> Duration {
        self.life.shared.answer_after
    }

    /// From now on it is a job: that is durable, and whoever asks for its message is told that it is on its way. `to`: the
    /// JID of the chat that it sends to. It fails where nothing can be promised.
    pub async fn begin_job(&self, to: String) -> Result<UnderWay, Failure> {
        let message_id = self.message_id().unwrap_or_default().to_owned();
        self.life.jobs.begin(&message_id, &to);
        // Dropped from here on it is one that has failed.
        let under_way = UnderWay {
            life: self.life.clone(),
            message_id,
            sending: self.sending(),
        };
        if let Err(failure) = self.promise(&under_way.message_id, to).await {
            self.life.jobs.take(&under_way.message_id);
            return Err(failure);
        }
        info!("a command goes on as a job");
        self.taken_on.0.send_replace(true);
        self.line.let_past();
        Ok(under_way)
    }

    async fn promise(&self, message_id: &str, to: String) -> Result<(), Failure> {
        let life = &self.life;
        let about = About::unmade(to.clone());
        let message = NewMessage {
            id: message_id,
            mine: true,
            state: MessageState::Pending,
            at: Utc::now().timestamp(),
            about: &about,
            content: &[],
        };
        let message = life.shared.keeps().then_some(&message);
        let job = PromisedJob {
            device: life.plan.number,
            message_id: message_id.to_owned(),
            chat: to,
            leaving: self.terms.sending.begun(),
        };
        let promised = life.shared.store.promise(&job, message).await;
        promised.map_err(|error| Failure::of_store("a job could not be promised", &error))
    }

    /// Returns when it has become a job.
    pub async fn is_job(&self) {
        let mut taken_on = self.taken_on.0.subscribe();
        // It cannot fail: this session has the sender.
        let _ = taken_on.wait_for(|taken_on| *taken_on).await;
    }
}

/// A job. Dropped before its end, its device has gone, which is told like every other failure.
pub struct UnderWay {
    life: Arc<Life>,
    message_id: String,
    sending: Sending,
}

impl UnderWay {
    /// Tells what has become of it, unless WhatsApp's ack has told that.
    pub fn end(self, failure: Option<Failure>) {
        if let Some(failure) = failure {
            return self.tell(&failure);
        }
        // Its ack came in the moment in which it became a job.
        if let Some(chat) = self.life.jobs.take(&self.message_id) {
            let (id, now) = (&self.message_id, Utc::now());
            let told = MessageSent::by_job(id, &chat, now);
            let event = told.event(self.life.plan.device);
            settle_soon(&self.life, id, Outcome::Sent(now.timestamp()), event);
        }
    }

    fn tell(&self, failure: &Failure) {
        let Some(chat) = self.life.jobs.take(&self.message_id) else {
            return;
        };
        info!(reason = %failure, "a job has failed");
        self.life.acks.note_job(&self.message_id);
        // What has left may still arrive, and its ack says so.
        let failed = (failure, self.sending.begun());
        fail_soon(&self.life, &self.message_id, &chat, failed);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.tell(&Failure::Disconnected);
    }
}
