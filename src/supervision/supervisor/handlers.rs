//! What the supervisor does with each message, and with what the lives report.

use std::time::Duration;

use actix::prelude::*;
use chrono::Utc;
use tokio::sync::watch;
use tracing::info;

use super::messages::{Adopt, Connect, Disconnect, Follow, Pair, PairWithCode, Ping, StopAll};
use super::{Slot, Stage, Supervisor};
use crate::device::exit::ExitReason;
use crate::device::{News, Report, Stop};
use crate::store::devices::Held;
use crate::supervision::activity::Activity;
use crate::supervision::announce;
use crate::supervision::backoff::History;
use crate::supervision::router;
use crate::supervision::view::{State, View, Watch};

impl Handler<Adopt> for Supervisor {
    type Result = ();

    fn handle(&mut self, Adopt(device): Adopt, ctx: &mut Context<Self>) {
        let id = device.id;
        let connect = device.is_paired() && device.wanted;
        let held = device.held.as_ref().and_then(still_held);
        let slot = Slot {
            number: device.number,
            view: watch::Sender::new(View {
                last_exit: held,
                ..View::down(device.jid.clone(), device.last_seen)
            }),
            stage: Stage::Down,
            history: History::default(),
            activity: Activity::since(device.active_at),
            held: held.is_some(),
            again: false,
            removal: Vec::new(),
        };
        self.router.do_send(router::Adopt {
            activity: slot.activity.clone(),
            device,
        });
        self.metrics.device_added(slot.view.borrow().counted());
        self.slots.insert(id, slot);
        match held {
            _ if !connect => {}
            None => self.enqueue(id, ctx),
            Some(ExitReason::TemporarilyBanned(remaining)) => {
                self.delay(id, remaining, State::Waiting, ctx);
            }
            Some(_) => {}
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

impl Handler<Follow> for Supervisor {
    type Result = Option<Watch>;

    fn handle(&mut self, Follow(id): Follow, _: &mut Context<Self>) -> Option<Watch> {
        Some(Watch(self.slots.get(&id)?.view.subscribe()))
    }
}

impl Handler<Connect> for Supervisor {
    type Result = ();

    fn handle(&mut self, Connect(id): Connect, ctx: &mut Context<Self>) {
        self.tell(id, |_| [announce::reconnecting()]);
        self.note_use(id);
        self.want(id, ctx);
    }
}

impl Handler<Pair> for Supervisor {
    type Result = ();

    fn handle(&mut self, Pair { device, anew }: Pair, ctx: &mut Context<Self>) {
        if anew
            && let Some(slot) = self.slots.get_mut(&device)
            && let Stage::Up(up) = &slot.stage
        {
            slot.again = true;
            up.address.do_send(Stop(ExitReason::PairingEnded));
            self.publish(device, |view| view.qr = None);
            return;
        }
        self.note_use(device);
        self.want(device, ctx);
    }
}

impl Handler<Disconnect> for Supervisor {
    type Result = ();

    fn handle(&mut self, Disconnect(id): Disconnect, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        slot.again = false;
        match &slot.stage {
            Stage::Up(up) => up.address.do_send(Stop(ExitReason::Disconnected)),
            Stage::Queued => self.admission.leave(id),
            Stage::Delayed(timer) => {
                ctx.cancel_future(*timer);
            }
            Stage::Down | Stage::Forgetting => return,
        }
        if let Some(slot) = self.slots.get_mut(&id)
            && !matches!(slot.stage, Stage::Up(_))
        {
            slot.stage = Stage::Down;
            self.publish(id, |view| {
                view.state = State::Down;
                view.next_attempt = None;
            });
        }
    }
}

impl Handler<PairWithCode> for Supervisor {
    type Result = ();

    fn handle(&mut self, PairWithCode { device, request }: PairWithCode, _: &mut Context<Self>) {
        // Otherwise the request is dropped, which tells its caller.
        if let Some(Stage::Up(up)) = self.slots.get(&device).map(|slot| &slot.stage) {
            up.address.do_send(request);
        }
    }
}

impl Handler<Report> for Supervisor {
    type Result = ();

    fn handle(&mut self, Report { device, life, news }: Report, ctx: &mut Context<Self>) {
        let current = match self.slots.get(&device).map(|slot| &slot.stage) {
            Some(Stage::Up(up)) => up.life == life,
            _ => false,
        };
        if !current {
            return;
        }
        match news {
            News::Entered(phase) => self.entered(device, phase, ctx),
            News::Qr(qr) => {
                self.tell(device, |_| [announce::qr(&qr)]);
                self.publish(device, |view| view.qr = Some(qr));
            }
            News::KeyMissing(missing) => self.publish(device, |view| view.key_missing = missing),
            News::Paired(identity) => self.paired(device, identity.jid),
            News::Exited(reason) => self.exited(device, reason, ctx),
        }
    }
}

impl Handler<Ping> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: Ping, _: &mut Context<Self>) {}
}

impl Handler<StopAll> for Supervisor {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: StopAll, _: &mut Context<Self>) -> Self::Result {
        self.stopping = true;
        let mut lives = Vec::new();
        for slot in self.slots.values() {
            if let Stage::Up(up) = &slot.stage {
                up.address.do_send(Stop(ExitReason::Shutdown));
                lives.push(slot.view.subscribe());
            }
        }
        info!(
            devices = lives.len(),
            "closing the connections of all devices"
        );
        let gone = async move {
            for mut life in lives {
                // An error means that its slot is gone, and so is its life.
                let _ = life.wait_for(|view| view.state == State::Down).await;
            }
        };
        Box::pin(gone.into_actor(self).map(|(), supervisor, _| {
            if let Some(shards) = supervisor.shards.take() {
                shards.stop();
            }
        }))
    }
}
