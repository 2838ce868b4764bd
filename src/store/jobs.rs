//! Jobs: messages that were promised, until somebody is told what has become of them.
//!
//! A row is there before the promise is made, and goes in the unit in which its outcome is stored.

use serde::Serialize;

use super::idempotency::reopen_key;
use super::messages::{NewMessage, Reach, State};
use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};

/// A job whose outcome is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromisedJob {
    /// Whose.
    pub device: DeviceNumber,
    /// Of the message that it is to send.
    pub message_id: String,
    /// The chat's JID, as it was asked for.
    pub chat: String,
    /// The message's first byte may have left.
    pub leaving: bool,
}

/// What has become of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// WhatsApp has accepted its message at this time, in Unix seconds.
    Sent(i64),
    /// Nothing has left, for this reason.
    Failed(String),
    /// Its message has left, perhaps, and WhatsApp has said nothing.
    Unsure,
}

const PROMISE: &str = "INSERT INTO job (device, message_id, value, leaving) \
    SELECT number, $1, $2, $3 FROM device WHERE number = $4 \
    ON CONFLICT (device, message_id) DO UPDATE SET value = excluded.value, leaving = excluded.leaving";
const LEAVING: &str = "UPDATE job SET leaving = 1 WHERE device = $1 AND message_id = $2";
const END: &str = "DELETE FROM job WHERE device = $1 AND message_id = $2";
const ALL: &str = "SELECT device, message_id, value, leaving FROM job ORDER BY device, message_id";

impl Store {
    /// Promises a message, and keeps it as one that is on its way; durable when answered. `message`: `None` where none are
    /// kept.
    pub async fn promise<T: Serialize>(
        &self,
        job: &PromisedJob,
        message: Option<&NewMessage<'_, T>>,
    ) -> Result<(), StoreError> {
        let place = job.message_id.as_bytes();
        let chat = self.sealer("job", job.device);
        let chat = chat.seal(place, job.chat.as_bytes())?;
        let promise = Statement::new(PROMISE).bind(job.message_id.as_str());
        let promise = promise.bind(chat).bind(i64::from(job.leaving));
        let mut unit = vec![promise.bind(job.device.0)];
        if let Some(message) = message {
            unit.push(self.message_book(job.device).promise(message)?);
        }
        self.write(unit).await.map(drop)
    }

    /// Notes that the first byte of a job's message may leave; durable when answered.
    pub async fn job_leaves(
        &self,
        device: DeviceNumber,
        message_id: &str,
    ) -> Result<(), StoreError> {
        self.write(vec![leaving(device, message_id)])
            .await
            .map(drop)
    }

    /// The jobs whose outcome is not told: as many at most as were under way at the same time.
    pub async fn promised(&self) -> Result<Vec<PromisedJob>, StoreError> {
        let rows = self.read(Statement::new(ALL)).await?;
        let jobs = rows.iter().map(|row| {
            let (device, message_id) = (DeviceNumber(row.int(0)?), row.text(1)?.to_owned());
            let sealer = self.sealer("job", device);
            let chat = sealer.unseal(message_id.as_bytes(), &row.blob(2)?)?;
            Ok(PromisedJob {
                device,
                message_id,
                chat: String::from_utf8_lossy(&chat).into_owned(),
                leaving: row.flag(3)?,
            })
        });
        jobs.collect()
    }

    /// Stores what has become of a job, and `told`, which tells of it; durable when answered. Whoever asks again with the
    /// key of one that was not sent has it done anew.
    pub async fn end_job(
        &self,
        device: DeviceNumber,
        message_id: &str,
        outcome: &Outcome,
        told: Option<Statement>,
    ) -> Result<(), StoreError> {
        let end = Statement::new(END).bind(device.0).bind(message_id);
        let mut unit = vec![end];
        let sign = |state, at, failure| Reach::<()> {
            device,
            id: message_id,
            state,
            who: None,
            at,
            failure,
        };
        match outcome {
            Outcome::Sent(at) => unit.push(sign(State::Sent, *at, None).raise()),
            Outcome::Failed(reason) => unit.push(sign(State::Failed, 0, Some(reason)).raise()),
            Outcome::Unsure => {}
        }
        if !matches!(outcome, Outcome::Sent(_)) {
            unit.push(reopen_key(message_id));
        }
        unit.extend(told);
        self.write_patiently(unit).await.map(drop)
    }
}

/// Notes that the first byte of a job's message may leave.
pub(super) fn leaving(device: DeviceNumber, message_id: &str) -> Statement {
    Statement::new(LEAVING).bind(device.0).bind(message_id)
}
