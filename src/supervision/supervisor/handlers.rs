//! What the supervisor does with each message: mostly it hands an input to a slot.

use std::time::Duration;

use actix::prelude::*;
use chrono::{SubsecRound, Utc};
use tokio::sync::{oneshot, watch};
use tracing::info;

use super::messages::{
    Adopt, Connect, Disconnect, Follow, FollowAll, Pair, PairWithCode, PairWithPasskey, Ping,
    Remove, StopAll,
};
use super::{Member, Supervisor};
use crate::device::Report;
use crate::device::exit::ExitReason;
use crate::ids::DeviceId;
use crate::store::StoreError;
use crate::store::devices::Held;
use crate::supervision::activity::Activity;
use crate::supervision::feed::Change;
use crate::supervision::router;
use crate::supervision::slot::{Input, Slot};
use crate::supervision::view::{State, Watch};

impl Handler<Adopt> for Supervisor {
    type Result = ();

    fn handle(&mut self, Adopt(device): Adopt, ctx: &mut Context<Self>) {
        let id = device.id;
        let connect = device.is_paired() && device.wanted;
        let barred = device.held.as_ref().and_then(still_held);
        let now = Utc::now().trunc_subsecs(0);
        let slot = Slot::new(device.account.clone(), device.last_seen, barred, now);
        let view = slot.view();
        self.metrics.device_added(view.counted());
        let member = Member {
            number: device.number,
            change: Change {
                device: id,
                tenant: device.tenant,
                user: device.user,
            },
            slot,
            view: watch::Sender::new(view),
            activity: Activity::since(device.active_at),
            removal: Vec::new(),
        };
        self.router.do_send(router::Adopt {
            activity: member.activity.clone(),
            device,
        });
        self.feed.tell(member.change);
        self.members.insert(id, member);
        if connect {
            self.take(id, Input::Start, ctx);
        }
    }
}

/// What WhatsApp said before the daemon was started, if that still holds.
fn still_held(held: &Held) -> Option<ExitReason> {
    let remaining = match held.until {
        // In the past: the ban is over.
        Some(until) => (until - Utc::now()).to_std().ok()?,
        None => Duration::ZERO,
    };
    ExitReason::held(&held.reason, remaining)
}

impl Supervisor {
    fn follow(&self, id: DeviceId) -> Option<Watch> {
        let member = self.members.get(&id)?;
        Some(Watch(member.view.subscribe()))
    }

    /// Somebody waits for this device.
    fn note_use(&self, id: DeviceId) {
        if let Some(member) = self.members.get(&id) {
            member.activity.note();
        }
    }
}

impl Handler<Follow> for Supervisor {
    type Result = Option<Watch>;

    fn handle(&mut self, Follow(id): Follow, _: &mut Context<Self>) -> Option<Watch> {
        self.follow(id)
    }
}

impl Handler<FollowAll> for Supervisor {
    type Result = Vec<Option<Watch>>;

    fn handle(&mut self, FollowAll(ids): FollowAll, _: &mut Context<Self>) -> Self::Result {
        ids.into_iter().map(|id| self.follow(id)).collect()
    }
}

impl Handler<Connect> for Supervisor {
    type Result = ();

    fn handle(&mut self, Connect(id): Connect, ctx: &mut Context<Self>) {
        self.note_use(id);
        self.take(id, Input::Connect, ctx);
    }
}

impl Handler<Pair> for Supervisor {
    type Result = ();

    fn handle(&mut self, Pair { device, anew }: Pair, ctx: &mut Context<Self>) {
        self.note_use(device);
        self.take(device, Input::Pair { anew }, ctx);
    }
}

impl Handler<Disconnect> for Supervisor {
    type Result = ();

    fn handle(&mut self, Disconnect(id): Disconnect, ctx: &mut Context<Self>) {
        self.take(id, Input::Disconnect, ctx);
    }
}

impl Handler<Remove> for Supervisor {
    type Result = ResponseFuture<Result<(), StoreError>>;

    fn handle(&mut self, Remove(id): Remove, ctx: &mut Context<Self>) -> Self::Result {
        let Some(member) = self.members.get_mut(&id) else {
            return Box::pin(std::future::ready(Ok(())));
        };
        let (caller, gone) = oneshot::channel();
        member.removal.push(caller);
        self.take(id, Input::Remove, ctx);
        Box::pin(async { gone.await.unwrap_or(Err(StoreError::Closed)) })
    }
}

impl Handler<PairWithCode> for Supervisor {
    type Result = ();

    fn handle(&mut self, PairWithCode { device, request }: PairWithCode, _: &mut Context<Self>) {
        let member = self.members.get(&device);
        // Otherwise the request is dropped, which tells its caller.
        if let Some(life) = member.and_then(|member| member.slot.life()) {
            life.do_send(request);
        }
    }
}

impl Handler<PairWithPasskey> for Supervisor {
    type Result = ();

    fn handle(&mut self, PairWithPasskey { device, step }: PairWithPasskey, _: &mut Context<Self>) {
        let member = self.members.get(&device);
        if let Some(life) = member.and_then(|member| member.slot.life()) {
            life.do_send(step);
        }
    }
}

impl Handler<Report> for Supervisor {
    type Result = ();

    fn handle(&mut self, Report { device, life, news }: Report, ctx: &mut Context<Self>) {
        self.take(device, Input::Told(life, news), ctx);
    }
}

impl Handler<Ping> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: Ping, _: &mut Context<Self>) {}
}

impl Handler<StopAll> for Supervisor {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: StopAll, ctx: &mut Context<Self>) -> Self::Result {
        self.stopping = true;
        let devices: Vec<DeviceId> = self.members.keys().copied().collect();
        for id in devices {
            self.step(id, Input::Halt, ctx);
        }
        let views = self.members.values().map(|member| member.view.subscribe());
        let mut open: Vec<_> = views
            .filter(|view| view.borrow().state != State::Down)
            .collect();
        info!(
            devices = open.len(),
            "closing the connections of all devices"
        );
        let gone = async move {
            for view in &mut open {
                // An error means that the device is gone, and so is its life.
                let _ = view.wait_for(|view| view.state == State::Down).await;
            }
        };
        Box::pin(gone.into_actor(self).map(|(), supervisor, _| {
            if let Some(shards) = supervisor.shards.take() {
                shards.stop();
            }
        }))
    }
}
