//! One part of a status: so many people at a time, under the id that all parts have.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;
use waproto::whatsapp::Message;
use whatsapp_rust::Client;
use whatsapp_rust::features::StatusSendOptions;

use super::audience::{Audience, addressed};
use crate::device::life::Life;
use crate::device::session::failures;
use crate::failure::Failure;

/// What has become of a part.
pub(super) enum Part {
    /// WhatsApp has taken it, at this time.
    Taken(DateTime<Utc>),
    /// It did not, or has not said so: the same part is to be sent again after a pause.
    Again(String),
    /// These people do not get it, for this reason; others may.
    Without(String),
    /// WhatsApp has refused it with this code, and nobody else will get it either.
    Over(String),
}

/// What a code of WhatsApp's says of a part that it refuses.
fn refused(code: &str) -> Part {
    match code {
        // Too much, or nobody there to take it.
        "429" | "500" | "503" => Part::Again(said(code)),
        // About people: strangers to the account, or such as are not there or called otherwise.
        "404" | "421" | "463" | "475" => Part::Without(said(code)),
        // About the message or the account: it will not be another answer for others.
        _ => Part::Over(code.to_owned()),
    }
}

/// In words, as it is kept.
pub(super) fn said(code: &str) -> String {
    format!("refused by WhatsApp ({code})")
}

/// Sends it to these of the audience. What was sent before under this id is shown once.
pub(super) async fn send(
    (life, client): (&Life, &Client),
    id: &str,
    (audience, people): (&Audience, &[u64]),
    message: Message,
) -> Part {
    let recipients = addressed(life, client, people).await;
    let ack = life.acks.expect_part(id);
    let options = StatusSendOptions {
        privacy: audience.setting(),
        message_id: Some(id.to_owned()),
        ..Default::default()
    };
    let sent = async {
        let status = client.status();
        let written = status.send_raw(message, &recipients, options);
        written.await.map_err(failures::not_sent)?;
        let answer = ack.answer().await.ok_or(Failure::Disconnected)?;
        // A phone that cannot read it asks for it again, perhaps in the device's next life.
        let settled = life.records.settled().await;
        settled.map_err(|error| {
            Failure::of_store("what a status has changed could not be stored", &error)
        })?;
        Ok(answer)
    };
    match timeout(life.shared.whatsapp.command_timeout, sent).await {
        Ok(Ok(Ok(at))) => {
            life.statuses.meet(people);
            Part::Taken(at)
        }
        Ok(Ok(Err(code))) => refused(&code),
        Ok(Err(Failure::Refused(code))) => match code.bytes().all(|byte| byte.is_ascii_digit()) {
            true => refused(&code),
            // Nobody of them has a LID any more.
            false => Part::Without(code),
        },
        Ok(Err(failure)) => Part::Again(failure.to_string()),
        Err(_) => {
            life.keepalive.probe_now();
            Part::Again("WhatsApp has not answered in time".to_owned())
        }
    }
}

/// Pauses that grow while WhatsApp wants to be left alone.
pub(super) struct Pauses {
    next: Duration,
    first: Duration,
    longest: Duration,
}

impl Pauses {
    pub(super) fn of(life: &Life) -> Self {
        let status = &life.shared.status;
        Self {
            next: status.backoff_first,
            first: status.backoff_first,
            longest: status.backoff_longest,
        }
    }

    /// How long the next one is.
    pub(super) fn take(&mut self) -> Duration {
        let pause = self.next;
        self.next = (2 * pause).min(self.longest);
        pause
    }

    /// It goes well again.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}
