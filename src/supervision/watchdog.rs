//! Asks every part of the daemon for a sign of life: for the metrics, and for systemd's watchdog.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use actix::{Addr, ArbiterHandle};
use futures::future::LocalBoxFuture;
use tokio::runtime::{Handle, RuntimeMetrics};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, interval_at};
use tracing::warn;

use super::metrics::Metrics;
use super::router::{self, Router};
use super::supervisor::{self, Supervisor};
use crate::store::{Store, StoreError};

/// How long a store that is busy is left alone.
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// What a round of asking has found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    /// Every part has answered since the last round that was well.
    pub well: bool,
    /// How many devices are logged in …
    pub connected: i64,
    /// … of how many.
    pub devices: i64,
}

/// Those that are asked.
pub struct Watchdog {
    /// Asked by a message, as the next one is.
    pub router: Addr<Router>,
    /// Without it no device comes back.
    pub supervisor: Addr<Supervisor>,
    /// Asked whether it writes.
    pub store: Store,
    /// Told how long each part took.
    pub metrics: Metrics,
}

impl Watchdog {
    /// Asks all parts every `pause`, for as long as the runtime runs.
    pub fn watch(self, shards: Vec<ArbiterHandle>, pause: Duration) -> watch::Receiver<Health> {
        let parts = self.parts(shards);
        for part in &parts {
            actix::spawn(part.clone().follow(pause));
        }
        let (told, heard) = watch::channel(Health::default());
        actix::spawn(async move {
            let (mut named, mut well_at) = (Vec::new(), Instant::now());
            let mut rounds = interval_at(well_at + pause, pause);
            loop {
                for part in &parts {
                    self.metrics.part_answered(&part.name, part.lag());
                }
                rounds.tick().await;
                let late = parts.iter().filter(|part| !part.answered_since(well_at));
                let late: Vec<&str> = late.map(|part| part.name.as_str()).collect();
                if late != named && !late.is_empty() {
                    warn!(parts = ?late, "a part of the daemon does not answer");
                }
                let well = late.is_empty();
                named = late;
                if well {
                    well_at = Instant::now();
                }
                let (connected, devices) = self.metrics.connected_devices();
                told.send_replace(Health {
                    well,
                    connected,
                    devices,
                });
            }
        });
        heard
    }

    fn parts(&self, shards: Vec<ArbiterHandle>) -> Vec<Rc<Part>> {
        let (router, supervisor) = (self.router.clone(), self.supervisor.clone());
        let store = self.store.clone();
        let mut parts = vec![
            Part::new("router", move || {
                let router = router.clone();
                Box::pin(async move { answer(router.send(router::Ping).await).await })
            }),
            Part::new("supervisor", move || {
                let supervisor = supervisor.clone();
                Box::pin(async move { answer(supervisor.send(supervisor::Ping).await).await })
            }),
            Part::new("store", move || Box::pin(answer_of_store(store.clone()))),
        ];
        for (number, shard) in shards.into_iter().enumerate() {
            let (metrics, number) = (self.metrics.clone(), number.to_string());
            parts.push(Part::new(&format!("shard-{number}"), move || {
                let (metrics, number, shard) = (metrics.clone(), number.clone(), shard.clone());
                Box::pin(async move {
                    let seen = answer_of_shard(&shard).await;
                    let busy = seen.worker_total_busy_duration(0);
                    metrics.shard_seen(&number, busy, seen.num_alive_tasks());
                })
            }));
        }
        parts.into_iter().map(Rc::new).collect()
    }
}

/// Whoever is gone never answers again, and that is what the watchdog is for.
async fn answer<T, E>(answered: Result<T, E>) -> T {
    match answered {
        Ok(answer) => answer,
        Err(_) => pending().await,
    }
}

/// A refusal is an answer too: a full disk is nothing that a restart could mend.
async fn answer_of_store(store: Store) {
    while matches!(store.ready().await, Err(StoreError::Busy)) {
        tokio::time::sleep(BUSY_PAUSE).await;
    }
}

/// Answers on the shard's own thread.
async fn answer_of_shard(shard: &ArbiterHandle) -> RuntimeMetrics {
    let (reply, answered) = oneshot::channel();
    shard.spawn_fn(|| drop(reply.send(Handle::current().metrics())));
    answer(answered.await).await
}

type Ask = Box<dyn Fn() -> LocalBoxFuture<'static, ()>>;

/// One part. It is asked again only when it has answered: nothing piles up before one that hangs.
struct Part {
    name: String,
    ask: Ask,
    asked: Cell<Instant>,
    answered: Cell<Instant>,
}

impl Part {
    fn new(name: &str, ask: impl Fn() -> LocalBoxFuture<'static, ()> + 'static) -> Self {
        Self {
            name: name.to_owned(),
            ask: Box::new(ask),
            asked: Cell::new(Instant::now()),
            answered: Cell::new(Instant::now()),
        }
    }

    async fn follow(self: Rc<Self>, pause: Duration) {
        loop {
            self.asked.set(Instant::now());
            (self.ask)().await;
            self.answered.set(Instant::now());
            tokio::time::sleep(pause / 2).await;
        }
    }

    /// How long the latest answer took, or has taken so far.
    fn lag(&self) -> Duration {
        let (asked, answered) = (self.asked.get(), self.answered.get());
        match answered >= asked {
            true => answered - asked,
            false => asked.elapsed(),
        }
    }

    fn answered_since(&self, when: Instant) -> bool {
        self.answered.get() >= when
    }
}
