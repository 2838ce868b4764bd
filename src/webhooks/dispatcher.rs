//! The dispatcher: lets the schedule decide, and does what it says. Its end is the end of the process.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::delivery::{Courier, Outcome};
use super::schedule::{Attempt, End, Ended, Failed, Fault, Input, Limits, Schedule, Send};
use super::{Intake, Webhook, Webhooks, recorder, retention};
use crate::config;
use crate::store::outbox::Waiting;
use crate::store::{DeviceNumber, StoreError};
use crate::telemetry::Chain;

/// Events that one run delivers before others have their turn.
const RUN: usize = 16;
/// How long deliveries under way may take when the daemon stops; what is cut short is delivered again.
const GRACE: Duration = Duration::from_secs(2);

/// Why nothing can be delivered.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("webhooks cannot be loaded")]
    Store(#[from] StoreError),
    #[error("the HTTP client cannot be built")]
    Client(#[from] reqwest::Error),
}

/// A running dispatcher.
pub struct Dispatcher {
    ended: Shared<BoxFuture<'static, ()>>,
    abort: AbortHandle,
    /// Dropped to stop it.
    running: oneshot::Sender<()>,
}

/// Loads all webhooks and starts to deliver what waits.
pub async fn start(
    webhooks: Webhooks,
    intake: Intake,
    config: &config::Webhooks,
    tls: rustls::ClientConfig,
) -> Result<Dispatcher, StartError> {
    webhooks.load().await?;
    for device in webhooks.shared.store.queues().await? {
        webhooks.recorded(device);
    }
    let courier = Courier::new(webhooks.shared.reach, tls)?;
    let limits = Limits {
        first: config.backoff_first,
        longest: config.backoff_longest,
        per_receiver: config.simultaneous_per_receiver.get(),
    };
    tokio::spawn(recorder::run(webhooks.clone(), intake));
    tokio::spawn(retention::run(webhooks.clone(), retention::bounds(config)));
    let (running, stopped) = oneshot::channel();
    let task = tokio::spawn(dispatch(
        Arc::new(Post { webhooks, courier }),
        Schedule::new(limits),
        stopped,
    ));
    let abort = task.abort_handle();
    let ended = task.map(|ended| {
        if let Err(error) = ended {
            error!(error = %Chain(&error), "the webhook dispatcher ended");
        }
    });
    Ok(Dispatcher {
        ended: ended.boxed().shared(),
        abort,
        running,
    })
}

impl Dispatcher {
    /// Returns when nothing is delivered any more. Without `stop` before, that is a defect.
    pub async fn ended(&self) {
        self.ended.clone().await;
    }

    /// Begins nothing new and waits a moment for what is under way.
    pub async fn stop(self) {
        drop(self.running);
        if tokio::time::timeout(GRACE, self.ended).await.is_err() {
            self.abort.abort();
        }
    }
}

async fn dispatch(post: Arc<Post>, mut schedule: Schedule, mut stopped: oneshot::Receiver<()>) {
    let mut runs = JoinSet::new();
    loop {
        let inputs = tokio::select! {
            devices = post.webhooks.shared.pending.take() => post.inputs(devices),
            Some(ended) = runs.join_next() => Vec::from_iter(ended.ok()),
            () = until(schedule.next()) => vec![Input::Tick],
            _ = &mut stopped => break,
        };
        for input in inputs {
            for send in schedule.step(input, Instant::now(), rand::random()) {
                runs.spawn(post.clone().run(send));
            }
        }
    }
    while runs.join_next().await.is_some() {}
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Whatever a run needs.
struct Post {
    webhooks: Webhooks,
    courier: Courier,
}

impl Post {
    fn inputs(&self, devices: impl IntoIterator<Item = (DeviceNumber, bool)>) -> Vec<Input> {
        let input = |(device, changed)| match self.webhooks.get(device) {
            Some(webhook) if changed => Input::Changed(device, webhook.receiver.clone()),
            Some(webhook) => Input::Waiting(device, webhook.receiver.clone()),
            None => Input::Gone(device),
        };
        devices.into_iter().map(input).collect()
    }

    /// Delivers some events of one device; a panic is the end of this run only.
    async fn run(self: Arc<Self>, Send { device, attempt }: Send) -> Input {
        let ran = AssertUnwindSafe(self.deliver(device, attempt))
            .catch_unwind()
            .await;
        let broken = |progress| Ended {
            progress,
            end: End::Broken,
        };
        let ended = match ran {
            Ok(Ok(ended)) => ended,
            Ok(Err(error)) => {
                if !matches!(error, StoreError::Closed) {
                    warn!(error = %Chain(&error), "the outbox cannot be used");
                }
                broken(false)
            }
            Err(_) => {
                error!("a run of deliveries panicked");
                broken(false)
            }
        };
        Input::Ended(device, ended)
    }

    async fn deliver(
        &self,
        device: DeviceNumber,
        mut attempt: Attempt,
    ) -> Result<Ended, StoreError> {
        let store = &self.webhooks.shared.store;
        let waiting = store.head_of_queue(device, RUN).await?;
        let mut taken = Taken::default();
        for event in &waiting {
            // Asked for each event: a change counts at once.
            let Some(webhook) = self.webhooks.get(device) else {
                break;
            };
            // While this event is on its way, the one before goes.
            let (outcome, removed) =
                tokio::join!(self.courier.deliver(&webhook, event), taken.remove(store),);
            removed?;
            self.note(event, &outcome);
            match outcome {
                Outcome::Delivered => taken.add(event.number),
                Outcome::Gone => {
                    info!(device.id = %webhook.owner.device, "a webhook is gone for good and was switched off");
                    self.webhooks.disable(device).await?;
                    return Ok(taken.ended(End::Emptied));
                }
                Outcome::Failed {
                    fault,
                    problem,
                    retry_after,
                } => {
                    if taken.progress {
                        attempt = Attempt::FIRST;
                    }
                    let buried = attempt.is_last(fault, webhook.retry_attempts);
                    store.not_delivered(event.number, &problem, buried).await?;
                    self.log(&webhook, fault, &problem, buried);
                    let failed = Failed {
                        fault,
                        retry_after,
                        buried,
                    };
                    return Ok(taken.ended(End::Failed(failed)));
                }
            }
        }
        taken.remove(store).await?;
        let end = if waiting.len() < RUN {
            End::Emptied
        } else {
            End::More
        };
        Ok(taken.ended(end))
    }

    fn note(&self, event: &Waiting, outcome: &Outcome) {
        let metrics = &self.webhooks.shared.metrics;
        metrics.attempted(outcome);
        if *outcome == Outcome::Delivered {
            let delay = (Utc::now() - event.at).to_std().unwrap_or_default();
            metrics.delivered(delay);
        }
    }

    fn log(&self, webhook: &Webhook, fault: Fault, problem: &str, buried: bool) {
        let device = webhook.owner.device;
        if buried {
            warn!(device.id = %device, problem, "an event became a dead letter");
        } else {
            info!(device.id = %device, fault = ?fault, problem, "an event was not delivered yet");
        }
    }
}

/// What a run has delivered.
#[derive(Default)]
struct Taken {
    progress: bool,
    /// Still in the outbox.
    last: Option<i64>,
}

impl Taken {
    fn add(&mut self, number: i64) {
        self.progress = true;
        self.last = Some(number);
    }

    async fn remove(&mut self, store: &crate::store::Store) -> Result<(), StoreError> {
        match self.last.take() {
            Some(number) => store.delivered(number).await,
            None => Ok(()),
        }
    }

    fn ended(&self, end: End) -> Ended {
        Ended {
            progress: self.progress,
            end,
        }
    }
}
