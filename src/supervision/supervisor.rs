//! The supervisor: it has lives begin, hears how they end, and does what the slots of the devices decide.
//!
//! Every message becomes an input of one slot; the effects are carried out, and what has changed is published.

mod effects;
mod handlers;
mod messages;
mod storage;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use actix::prelude::*;
use chrono::{SubsecRound, Utc};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::activity::Activity;
use super::admission::{Admission, Limits};
use super::alive::Alive;
use super::backoff::Policy;
use super::feed::{Change, Feed};
use super::metrics::Metrics;
use super::router::Router;
use super::shards::Shards;
use super::slot::{Input, Moment, Slot};
use super::view::{State, View};
use crate::device::shared::Shared;
use crate::device::{DeviceActor, Plan};
use crate::ids::DeviceId;
use crate::store::{DeviceNumber, StoreError};

pub use self::messages::{
    Adopt, Connect, Disconnect, Follow, FollowAll, Pair, PairWithCode, PairWithPasskey, Ping,
    Remove, StopAll,
};

type Address = Addr<DeviceActor>;

/// Whoever waits for a device to be gone.
type Waiting = oneshot::Sender<Result<(), StoreError>>;

/// A device of the fleet, and what is needed to do what its slot decides.
struct Member {
    number: DeviceNumber,
    /// As those know it who follow the fleet.
    change: Change,
    slot: Slot<Address>,
    /// What others see. It is made of the slot, and never asked here.
    view: watch::Sender<View>,
    activity: Activity,
    removal: Vec<Waiting>,
}

/// The actor in charge of the fleet.
pub struct Supervisor {
    members: HashMap<DeviceId, Member>,
    /// How many of them are not down.
    not_down: usize,
    /// When time alone changes something about which device.
    due: BTreeSet<(Instant, DeviceId)>,
    /// One timer for all of them: every wake of an actor polls all its timers.
    alarm: Option<(Instant, SpawnHandle)>,
    admission: Admission,
    policy: Policy,
    /// Until all lives have ended, for the end of the daemon.
    shards: Option<Shards>,
    /// Nobody is let in any more.
    stopping: bool,
    shared: Arc<Shared>,
    router: Addr<Router>,
    metrics: Metrics,
    feed: Feed,
    _alive: Alive,
}

impl Supervisor {
    /// A supervisor without devices, which runs them on these shards.
    pub fn new(
        config: &crate::config::Supervision,
        shards: Shards,
        shared: Arc<Shared>,
        router: Addr<Router>,
        metrics: Metrics,
        feed: Feed,
        alive: Alive,
    ) -> Self {
        let policy = Policy::from(config);
        Self {
            members: HashMap::new(),
            not_down: 0,
            due: BTreeSet::new(),
            alarm: None,
            admission: Admission::new(Limits::from(config), policy, Instant::now()),
            policy,
            shards: Some(shards),
            stopping: false,
            shared,
            router,
            metrics,
            feed,
            _alive: alive,
        }
    }

    /// Lets a device's slot decide, and then those in who may connect now.
    fn take(&mut self, id: DeviceId, input: Input<Address>, ctx: &mut Context<Self>) {
        self.step(id, input, ctx);
        self.settle(ctx);
    }

    fn step(&mut self, id: DeviceId, input: Input<Address>, ctx: &mut Context<Self>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let moment = Moment {
            now: Instant::now(),
            utc: Utc::now().trunc_subsecs(0),
            jitter: rand::random(),
            policy: &self.policy,
        };
        let before = member.slot.due();
        let effects = member.slot.step(input, &moment);
        let after = member.slot.due();
        if before != after {
            before.map(|at| self.due.remove(&(at, id)));
            after.map(|at| self.due.insert((at, id)));
        }
        for effect in effects {
            self.perform(id, effect, ctx);
        }
        self.publish(id);
    }

    /// The one place where views are made and counted. After the effects: whoever sees a device connected finds that the
    /// router knows its address.
    fn publish(&mut self, id: DeviceId) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let after = member.slot.view();
        if *member.view.borrow() == after {
            return;
        }
        let before = member.view.send_replace(after.clone());
        self.feed.tell(member.change);
        self.not_down += usize::from(after.state != State::Down);
        self.not_down -= usize::from(before.state != State::Down);
        self.metrics.device_moved(before.counted(), after.counted());
        if let Some(reason) = after.last_exit.filter(|_| after.exits > before.exits) {
            self.metrics.exited(reason);
        }
    }

    /// Lets those in whom the gate admits, and comes back when time alone changes something.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        if self.stopping {
            return;
        }
        while let Some(id) = self.admission.admit(Instant::now()) {
            self.begin_life(id, ctx);
        }
        self.metrics
            .gate_seen(self.admission.waiting(), self.admission.is_held_back());
        self.set_alarm(ctx);
    }

    fn begin_life(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let (Some(member), Some(shards)) = (self.members.get_mut(&id), &self.shards) else {
            return self.admission.leave(id);
        };
        let life = self.shared.store.begin_life(member.number);
        let plan = Plan {
            device: id,
            number: member.number,
            life,
            is_first: member.slot.takes_first_login(),
            reports: ctx.address().recipient(),
        };
        let shared = self.shared.clone();
        let address = DeviceActor::start_in_arbiter(&shards.place(id), move |_| {
            DeviceActor::new(plan, shared)
        });
        self.step(id, Input::Begun(life, address), ctx);
    }

    /// An alarm that is too early does no harm.
    fn set_alarm(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        let chance = self.admission.next_chance(now).map(|wait| now + wait);
        let due = self.due.first().map(|(at, _)| *at);
        let Some(next) = chance.into_iter().chain(due).min() else {
            return;
        };
        match self.alarm.take() {
            Some((at, timer)) if at <= next => {
                self.alarm = Some((at, timer));
                return;
            }
            Some((_, timer)) => drop(ctx.cancel_future(timer)),
            None => {}
        }
        let timer = ctx.run_later(next - now, |supervisor, ctx| {
            supervisor.alarm = None;
            supervisor.wake(ctx);
        });
        self.alarm = Some((next, timer));
    }

    fn wake(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        while let Some((_, id)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.pop_first();
            self.step(id, Input::Tick, ctx);
        }
        self.settle(ctx);
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}
