//! The supervisor: starts lives, learns how they end, and decides what follows.

mod handlers;
mod messages;
mod removal;
mod storage;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::activity::Activity;
use super::admission::{Admission, Limits};
use super::alive::Alive;
use super::announce;
use super::backoff::{Decision, History, Policy};
use super::breaker::Failed;
use super::metrics::Metrics;
use super::router::{self, Router};
use super::shards::Shards;
use super::view::{State, View};
use crate::device::client::Shared;
use crate::device::exit::ExitReason;
use crate::device::{DeviceActor, Phase, Plan};
use crate::ids::DeviceId;
use crate::store::devices::Held;
use crate::store::{DeviceNumber, Life};
use crate::telemetry::Chain;
use crate::webhooks::catalog::EventName;

pub use self::messages::{Adopt, Connect, Disconnect, Follow, Pair, PairWithCode, Ping, StopAll};
pub use self::removal::Remove;

/// The API shows whole seconds.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

struct Slot {
    number: DeviceNumber,
    view: watch::Sender<View>,
    stage: Stage,
    history: History,
    activity: Activity,
    /// WhatsApp's wish that it stays away is stored.
    held: bool,
    /// A life is wanted as soon as the present one has ended.
    again: bool,
    /// Those who wait for it to be gone; while there is one it gets no new life.
    removal: removal::Waiting,
}

enum Stage {
    Down,
    /// In the line of the gate.
    Queued,
    /// Until its delay is over.
    Delayed(SpawnHandle),
    Up(Up),
    /// Credentials are being wiped.
    Forgetting,
}

struct Up {
    life: Life,
    address: Addr<DeviceActor>,
    begun: Instant,
    live_since: Option<Instant>,
}

pub struct Supervisor {
    slots: HashMap<DeviceId, Slot>,
    admission: Admission,
    policy: Policy,
    shards: Option<Shards>,
    shared: Arc<Shared>,
    router: Addr<Router>,
    metrics: Metrics,
    next_admission: Option<SpawnHandle>,
    stopping: bool,
    _alive: Alive,
}

impl Supervisor {
    pub fn new(
        config: &crate::config::Supervision,
        shards: Shards,
        shared: Arc<Shared>,
        router: Addr<Router>,
        metrics: Metrics,
        alive: Alive,
    ) -> Self {
        let policy = Policy::from(config);
        Self {
            slots: HashMap::new(),
            admission: Admission::new(Limits::from(config), policy, Instant::now()),
            policy,
            shards: Some(shards),
            shared,
            router,
            metrics,
            next_admission: None,
            stopping: false,
            _alive: alive,
        }
    }

    /// Joins the gate's line. The life begins when the gate lets the device in.
    fn enqueue(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id).filter(|_| !self.stopping) else {
            return;
        };
        slot.stage = Stage::Queued;
        self.admission.join(id, slot.activity.last());
        self.publish(id, |view| {
            view.state = State::Waiting;
            view.next_attempt = None;
        });
        self.admit(ctx);
    }

    fn admit(&mut self, ctx: &mut Context<Self>) {
        while let Some(id) = self.admission.admit(Instant::now()) {
            self.begin_life(id, ctx);
        }
        self.metrics
            .gate_seen(self.admission.waiting(), self.admission.is_held_back());
        if let Some(timer) = self.next_admission.take() {
            ctx.cancel_future(timer);
        }
        if let Some(delay) = self.admission.next_chance(Instant::now()) {
            let timer = ctx.run_later(delay, |supervisor, ctx| {
                supervisor.next_admission = None;
                supervisor.admit(ctx);
            });
            self.next_admission = Some(timer);
        }
    }

    fn begin_life(&mut self, id: DeviceId, ctx: &Context<Self>) {
        let (Some(slot), Some(shards)) = (self.slots.get_mut(&id), &self.shards) else {
            return self.admission.leave(id);
        };
        let life = self.shared.store.begin_life(slot.number);
        let reports = ctx.address().recipient();
        let plan = Plan {
            device: id,
            number: slot.number,
            life,
            reports,
        };
        let shared = self.shared.clone();
        let address = DeviceActor::start_in_arbiter(&shards.place(id), move |_| {
            DeviceActor::new(plan, shared)
        });
        slot.stage = Stage::Up(Up {
            life,
            address,
            begun: Instant::now(),
            live_since: None,
        });
        self.publish(id, |view| view.state = State::Connecting);
    }

    fn entered(&mut self, id: DeviceId, phase: Phase, ctx: &mut Context<Self>) {
        match phase {
            Phase::Connecting => {}
            Phase::Pairing | Phase::Live => self.got_through(id, ctx),
            // Its exit comes next, and tells the gate why.
            Phase::Closing => {}
        }
        let Some(Stage::Up(up)) = self.slots.get_mut(&id).map(|slot| &mut slot.stage) else {
            return;
        };
        let address = (phase == Phase::Live).then(|| up.address.clone());
        if phase == Phase::Live {
            up.live_since = Some(Instant::now());
            self.metrics.connected(up.begun.elapsed());
        }
        self.router.do_send(router::Reachable {
            device: id,
            address,
        });
        self.publish(id, |view| {
            view.state = match phase {
                Phase::Connecting => State::Connecting,
                Phase::Pairing => State::Pairing,
                Phase::Live => State::Live,
                Phase::Closing => State::Closing,
            };
            if phase == Phase::Live {
                view.last_seen = Some(now());
            }
        });
        if phase == Phase::Live {
            self.tell(id, |view| {
                announce::connected(view.jid.as_deref(), view.last_exit)
            });
        }
        if phase == Phase::Live && self.slots.get(&id).is_some_and(|slot| slot.held) {
            self.note_held(id, None, ctx);
        }
    }

    fn got_through(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        if self.admission.connected(id) {
            info!("a device got through: the others may connect again");
        }
        self.admit(ctx);
    }

    fn paired(&mut self, id: DeviceId, jid: String) {
        self.router.do_send(router::Paired {
            device: id,
            paired: true,
        });
        // Every life says whom it is logged in as; only the first one has just been paired.
        self.tell(id, |view| {
            (!view.is_paired()).then(|| announce::paired(&jid))
        });
        self.publish(id, |view| view.jid = Some(jid));
    }

    fn exited(&mut self, id: DeviceId, reason: ExitReason, ctx: &mut Context<Self>) {
        self.metrics.exited(reason);
        self.router.do_send(router::Reachable {
            device: id,
            address: None,
        });
        self.tell_gate(id, reason);
        if reason == ExitReason::StoreFailed {
            self.look_after_store(ctx);
        }
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        let live_since = match std::mem::replace(&mut slot.stage, Stage::Down) {
            Stage::Up(up) => up.live_since,
            _ => None,
        };
        let lived = live_since.map_or(Duration::ZERO, |since| since.elapsed());
        let jitter = rand::random::<f64>();
        let decision = slot
            .history
            .decide(reason, lived, Instant::now(), &self.policy, jitter);
        self.publish(id, |view| {
            view.state = State::Down;
            view.qr = None;
            view.key_missing = false;
            view.last_exit = Some(reason);
            view.exits += 1;
            if live_since.is_some() {
                view.last_seen = Some(now());
            }
        });
        if live_since.is_some() {
            self.note_last_seen(id, ctx);
        }
        self.tell(id, |_| announce::exited(reason, live_since.is_some()));
        if reason.is_held_by_whatsapp() {
            self.note_held(id, Some(reason), ctx);
        }
        self.follow_exit(id, reason, decision, ctx);
        self.admit(ctx);
    }

    /// Lets the gate know that a life has ended.
    fn tell_gate(&mut self, id: DeviceId, reason: ExitReason) {
        if !reason.is_failure() {
            return self.admission.leave(id);
        }
        let up = |slot: &&Slot| !matches!(slot.stage, Stage::Down);
        let failed = Failed {
            device: id,
            reason,
            fleet: self.slots.values().filter(up).count(),
            jitter: rand::random(),
        };
        if self.admission.failed(failed, Instant::now()) {
            let reason = reason.name();
            warn!(
                reason,
                "many devices fail alike: one at a time tries, the others wait"
            );
        }
    }

    fn follow_exit(
        &mut self,
        id: DeviceId,
        reason: ExitReason,
        decision: Decision,
        ctx: &mut Context<Self>,
    ) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        if slot.is_being_removed() {
            return self.forget(id, ctx);
        }
        if self.stopping {
            return;
        }
        if reason.ends_the_pairing() {
            return self.forget(id, ctx);
        }
        if std::mem::take(&mut slot.again) {
            return self.enqueue(id, ctx);
        }
        match decision {
            // A device that nobody has paired is only worth a connection while somebody asks for its codes.
            _ if !slot.view.borrow().is_paired() => {}
            Decision::StayDown => {}
            Decision::Queue => self.enqueue(id, ctx),
            Decision::Restart(delay) => self.delay(id, delay, State::Waiting, ctx),
            Decision::Quarantine(delay) => {
                warn!(device.id = %id, reason = reason.name(), "device fails again and again: quarantined");
                self.tell(id, |_| [announce::quarantined(reason, now() + delay)]);
                self.delay(id, delay, State::Quarantined, ctx);
            }
        }
    }

    fn delay(&mut self, id: DeviceId, delay: Duration, state: State, ctx: &mut Context<Self>) {
        let timer = ctx.run_later(delay, move |supervisor, ctx| supervisor.enqueue(id, ctx));
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.stage = Stage::Delayed(timer);
        }
        self.publish(id, |view| {
            view.state = state;
            view.next_attempt = Some(now() + delay);
        });
    }

    /// WhatsApp no longer knows the credentials: nothing of them is kept.
    fn forget(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        slot.stage = Stage::Forgetting;
        let (store, number) = (self.shared.store.clone(), slot.number);
        self.publish(id, |view| view.state = State::Closing);
        let forget = async move { store.wipe(number).await };
        ctx.spawn(forget.into_actor(self).map(move |forgotten, supervisor, ctx| {
            if supervisor.slots.get(&id).is_some_and(Slot::is_being_removed) {
                return supervisor.removed(id, forgotten);
            }
            if let Err(error) = forgotten {
                // The next login with these credentials is refused, and brings us here again.
                error!(device.id = %id, error = %Chain(&error), "the credentials of an unlinked device were not wiped");
            }
            supervisor.forgotten(id, ctx);
        }));
    }

    fn forgotten(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        slot.stage = Stage::Down;
        slot.history.clear();
        let again = std::mem::take(&mut slot.again);
        self.router.do_send(router::Paired {
            device: id,
            paired: false,
        });
        self.publish(id, |view| {
            view.state = State::Down;
            view.jid = None;
        });
        if again {
            self.enqueue(id, ctx);
        }
    }

    /// Lets webhooks know.
    fn tell<T>(&self, id: DeviceId, told: impl FnOnce(&View) -> T)
    where
        T: IntoIterator<Item = (EventName, serde_json::Value)>,
    {
        let Some(slot) = self.slots.get(&id) else {
            return;
        };
        let webhooks = &self.shared.webhooks;
        if webhooks.listens(slot.number) {
            for (name, data) in told(&slot.view.borrow()) {
                webhooks.tell(slot.number, name, data);
            }
        }
    }

    fn note_last_seen(&self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get(&id) else {
            return;
        };
        let (store, active_at) = (self.shared.store.clone(), slot.activity.last());
        let note = async move { store.set_last_seen(id, Utc::now(), active_at).await };
        ctx.spawn(note.into_actor(self).map(move |noted, _, _| {
            if let Err(error) = noted {
                warn!(device.id = %id, error = %Chain(&error), "when the device was last seen was not stored");
            }
        }));
    }

    /// Stores that WhatsApp wants the device to stay away, or no longer does.
    fn note_held(&mut self, id: DeviceId, reason: Option<ExitReason>, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        slot.held = reason.is_some();
        let held = reason.map(|reason| Held {
            reason: reason.name().to_owned(),
            until: match reason {
                ExitReason::TemporarilyBanned(remaining) => Some(Utc::now() + remaining),
                _ => None,
            },
        });
        let store = self.shared.store.clone();
        let note = async move { store.set_held(id, held).await };
        ctx.spawn(note.into_actor(self).map(move |noted, _, _| {
            if let Err(error) = noted {
                warn!(device.id = %id, error = %Chain(&error), "whether WhatsApp wants the device was not stored");
            }
        }));
    }

    /// Somebody waits for this device.
    fn note_use(&self, id: DeviceId) {
        if let Some(slot) = self.slots.get(&id) {
            slot.activity.note();
        }
    }

    fn publish(&self, id: DeviceId, change: impl FnOnce(&mut View)) {
        let Some(slot) = self.slots.get(&id) else {
            return;
        };
        slot.view.send_modify(|view| {
            let before = view.counted();
            change(view);
            self.metrics.device_moved(before, view.counted());
        });
    }

    /// Wants a life now: cuts a delay short, starts one, or leaves one that is up alone.
    fn want(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        match &slot.stage {
            _ if slot.is_being_removed() => {}
            Stage::Down => self.enqueue(id, ctx),
            Stage::Delayed(timer) => {
                ctx.cancel_future(*timer);
                slot.history.clear();
                self.enqueue(id, ctx);
            }
            Stage::Forgetting => slot.again = true,
            Stage::Up(_) if slot.view.borrow().state == State::Closing => slot.again = true,
            Stage::Queued | Stage::Up(_) => {}
        }
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}
