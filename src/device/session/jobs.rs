//! Commands that are answered before they are done, and go on as jobs.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;
use tracing::{info, warn};
use wacore_binary::Jid;

use super::{Sending, Session};
use crate::device::kept::About;
use crate::device::known_as::KnownAs;
use crate::device::life::Life;
use crate::device::report::MessageFailed;
use crate::failure::Failure;
use crate::store::messages::{NewMessage, State as MessageState};
use crate::telemetry::Chain;

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

    /// From now on it is a job, and whoever asks for its message is told that it is on its way. `to`: the JID of the chat
    /// that it sends to.
    pub async fn begin_job(&self, to: String) -> UnderWay {
        let message_id = self.message_id().unwrap_or_default().to_owned();
        info!("a command goes on as a job");
        self.life.jobs.begin(&message_id);
        self.keep_job(&message_id, &to).await;
        self.taken_on.0.send_replace(true);
        UnderWay {
            life: self.life.clone(),
            message_id,
            to,
            sending: self.sending(),
            ended: false,
        }
    }

    async fn keep_job(&self, message_id: &str, to: &str) {
        let life = &self.life;
        if !life.shared.keeps() {
            return;
        }
        let about = About {
            chat: to.to_owned(),
            other: KnownAs::of(to.parse::<Jid>()),
            author: KnownAs::default(),
            author_jid: String::new(),
            kind: String::new(),
            deleted: false,
        };
        let kept = NewMessage {
            id: message_id,
            mine: true,
            state: MessageState::Pending,
            at: Utc::now().timestamp(),
            about: &about,
            content: &[],
        };
        let kept = life
            .shared
            .store
            .keep_message(life.plan.number, &kept)
            .await;
        if let Err(error) = kept {
            warn!(error = %Chain(&error), "a job's message could not be kept");
        }
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
    to: String,
    sending: Sending,
    ended: bool,
}

impl UnderWay {
    /// Tells why nothing has been sent; what has been sent is told by WhatsApp's ack.
    pub fn end(mut self, failure: Option<Failure>) {
        self.ended = true;
        match failure {
            Some(failure) => self.tell(&failure),
            None => info!("a job has sent its message"),
        }
    }

    fn tell(&self, failure: &Failure) {
        info!(reason = %failure, "a job failed");
        let (webhooks, device) = (&self.life.shared.webhooks, self.life.plan.number);
        // What has left may still arrive, and its ack says so.
        if !self.sending.begun() {
            let reason = failure.to_string();
            self.life.note_failure(&self.message_id, reason);
        }
        let failed = MessageFailed::new(&self.message_id, &self.to, failure.to_string());
        webhooks.tell(device, &failed);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.ended {
            self.tell(&Failure::Disconnected);
        }
        self.life.jobs.end(&self.message_id);
    }
}
