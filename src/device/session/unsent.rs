//! Sends that end before anything has left: whoever has been told the message's id is told that.

use chrono::Utc;
use tokio::runtime::Handle;
use tracing::{Instrument, warn};

use super::Session;
use crate::device::kept::About;
use crate::failure::{Failure, unheard};
use crate::store::messages::{NewMessage, State};
use crate::telemetry::Chain;

/// A command that sends, on its way to its end. Dropped before that, its device has gone.
pub struct Attempt {
    session: Session,
    ended: bool,
}

impl Session {
    /// The command begins.
    pub fn attempt(&self) -> Attempt {
        self.terms.sending.start();
        Attempt {
            session: self.clone(),
            ended: false,
        }
    }
}

impl Attempt {
    /// It has ended, or goes on as a job, of which is told elsewhere.
    pub async fn end(mut self, failure: Option<&Failure>) {
        self.ended = true;
        if let Some(failure) = failure.filter(|failure| !failure.is_refusal()) {
            note(&self.session, failure).await;
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.ended || self.session.message_id().is_none() {
            return;
        }
        let session = self.session.clone();
        let noted = async move { note(&session, &Failure::Disconnected).await };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(noted.in_current_span());
        }
    }
}

/// Keeps the message as one that has failed, unless something has left or it is known from an earlier attempt.
async fn note(session: &Session, failure: &Failure) {
    let life = &session.life;
    let (Some(id), Some(chat)) = (session.message_id(), session.line.chat()) else {
        return;
    };
    if session.terms.sending.begun() || !life.shared.keeps() {
        return;
    }
    let about = About::unmade(chat);
    let message = NewMessage {
        id,
        mine: true,
        state: State::Failed,
        at: Utc::now().timestamp(),
        about: &about,
        content: &[],
    };
    let reason = format!("{failure}: {}", unheard(&false));
    let (store, device) = (&life.shared.store, life.plan.number);
    if let Err(error) = store.keep_failed(device, &message, &reason).await {
        warn!(error = %Chain(&error), "that a message was not sent could not be kept");
    }
}
