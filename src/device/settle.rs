//! What becomes of jobs: their outcome is stored together with the event that tells of it.

use std::sync::Arc;

use tracing::{error, info};

use super::kept::Kept;
use super::life::Life;
use super::report::MessageFailed;
use super::shared::Shared;
use crate::failure::{Failure, MAYBE_SENT};
use crate::store::jobs::{Outcome, PromisedJob};
use crate::store::messages::Whose;
use crate::store::{DeviceNumber, RecordBackend};
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

/// Why a job of an earlier run was not done.
const STOPPED: &str = "the daemon has stopped while it was made, and nothing was sent: ask again, with the same \
    Idempotency-Key where there was one";
/// The same of one whose message may have left.
const STOPPED_LATE: &str = "the daemon has stopped while it was sent";

/// A job has come to its end. Whoever learns of it may not wait, or not live long enough: what is not stored now is
/// settled by the daemon's next start.
pub(super) fn settle_soon(life: &Arc<Life>, message_id: &str, outcome: Outcome, event: Event) {
    let (life, message_id) = (life.clone(), message_id.to_owned());
    let settle = async move {
        let (device, names) = (life.plan.number, &life.records);
        settle(&life.shared, device, &message_id, &outcome, event, names).await;
    };
    Life::soon("a job is settled by the next start", settle);
}

/// A job has failed: nothing was sent, or, if something has left, it may still arrive.
pub(super) fn fail_soon(
    life: &Arc<Life>,
    message_id: &str,
    chat: &str,
    (failure, has_left): (&Failure, bool),
) {
    let reason = failure.to_string();
    let (outcome, reason) = match failure.is_final(has_left) {
        true => (Outcome::Failed(reason.clone()), reason),
        false => (Outcome::Unsure, format!("{reason}: {MAYBE_SENT}")),
    };
    let event = Event::of(&MessageFailed::new(message_id, chat, reason));
    settle_soon(life, message_id, outcome, event);
}

async fn settle(
    shared: &Shared,
    device: DeviceNumber,
    message_id: &str,
    outcome: &Outcome,
    event: Event,
    names: &RecordBackend,
) {
    let told = shared.webhooks.record(device, event, names).await;
    let settled = async {
        shared
            .store
            .end_job(device, message_id, outcome, told?)
            .await
    };
    match settled.await {
        Ok(()) => shared.webhooks.recorded(device),
        Err(error) => error!(error = %Chain(&error), "the outcome of a job could not be stored"),
    }
}

/// Settles what an earlier run of the daemon has left behind: what was made is told as failed, and what had begun to leave
/// is sent again when its device is there. To be called before any device is.
pub async fn settle_left(shared: &Shared) {
    match shared.store.promised().await {
        Ok(left) => {
            for job in left {
                settle_one(shared, job).await;
            }
        }
        Err(error) => {
            error!(error = %Chain(&error), "the jobs of an earlier run could not be read")
        }
    }
}

/// Whether it is known what its message holds.
async fn is_kept(shared: &Shared, job: &PromisedJob) -> bool {
    let kept = shared
        .store
        .message(job.device, &job.message_id, Whose::Mine);
    match kept.await {
        Ok(kept) => kept.is_some_and(|kept: Kept| !kept.content.is_empty()),
        Err(error) => {
            error!(error = %Chain(&error), "a message of an earlier run could not be read");
            false
        }
    }
}

async fn settle_one(shared: &Shared, job: PromisedJob) {
    if job.leaving && is_kept(shared, &job).await {
        return shared.left.push(job);
    }
    let (outcome, reason) = match job.leaving {
        false => (Outcome::Failed(STOPPED.to_owned()), STOPPED.to_owned()),
        true => (Outcome::Unsure, format!("{STOPPED_LATE}: {MAYBE_SENT}")),
    };
    info!(reason, "a job of an earlier run has failed");
    let told = Event::of(&MessageFailed::new(&job.message_id, &job.chat, reason));
    // Its device has no life yet which this could end.
    let (store, device) = (&shared.store, job.device);
    let names = store.backend(device, store.begin_life(device));
    settle(shared, device, &job.message_id, &outcome, told, &names).await;
}
