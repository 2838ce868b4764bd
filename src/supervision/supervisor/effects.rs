//! How the supervisor does what a slot says is to be done.

use actix::prelude::*;
use chrono::Utc;
use tracing::{error, info, warn};

use super::storage::until_well;
use super::{Address, Supervisor};
use crate::device::Stop;
use crate::ids::DeviceId;
use crate::store::StoreError;
use crate::supervision::breaker::Failed;
use crate::supervision::slot::{Effect, Gate, Happening, Input};
use crate::supervision::view::State;
use crate::supervision::{history, report, router};
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

impl Supervisor {
    pub(super) fn perform(
        &mut self,
        id: DeviceId,
        effect: Effect<Address>,
        ctx: &mut Context<Self>,
    ) {
        let (device, store) = (id, self.shared.store.clone());
        match effect {
            Effect::Gate(gate) => self.tell_gate(id, gate),
            Effect::Stop(life, reason) => life.do_send(Stop(reason)),
            Effect::Route(address) => self.router.do_send(router::Reachable { device, address }),
            Effect::Paired(paired) => self.router.do_send(router::Paired { device, paired }),
            Effect::Wipe => self.wipe(id, ctx),
            Effect::Forget => self.forget(id),
            Effect::CheckStore => self.check_store(ctx),
            Effect::NoteConnect(took) => self.metrics.connected(took),
            Effect::Tell(happening) => self.tell(id, happening),
            Effect::NoteSeen => {
                let Some(active_at) = self.members.get(&id).map(|member| member.activity.last())
                else {
                    return;
                };
                let seen = async move { store.set_last_seen(id, Utc::now(), active_at).await };
                let failed = "when the device was last seen was not stored";
                ctx.spawn(noted(id, seen, failed).into_actor(self));
            }
            Effect::NoteBarred(held) => {
                let barred = async move { store.set_held(id, held).await };
                let failed = "whether WhatsApp wants the device was not stored";
                ctx.spawn(noted(id, barred, failed).into_actor(self));
            }
        }
    }

    fn tell_gate(&mut self, id: DeviceId, gate: Gate) {
        let reason = match gate {
            Gate::Join => {
                if let Some(member) = self.members.get(&id) {
                    self.admission.join(id, member.activity.last());
                }
                return;
            }
            Gate::Leave => return self.admission.leave(id),
            Gate::GotThrough => {
                if self.admission.connected(id) {
                    info!("a device got through: the others may connect again");
                }
                return;
            }
            Gate::Failed(reason) => reason,
        };
        let failed = Failed {
            device: id,
            reason,
            // The one that failed is among them until that is published.
            fleet: self.not_down,
            jitter: rand::random(),
        };
        if self.admission.failed(failed, tokio::time::Instant::now()) {
            let reason = reason.name();
            warn!(
                reason,
                "many devices fail alike: one at a time tries, the others wait"
            );
        }
    }

    fn wipe(&self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(number) = self.members.get(&id).map(|member| member.number) else {
            return;
        };
        let store = self.shared.store.clone();
        let wipe = async move { store.wipe(number).await };
        ctx.spawn(
            wipe.into_actor(self)
                .map(move |wiped, supervisor, ctx| supervisor.wiped(id, &wiped, ctx)),
        );
    }

    fn wiped(&mut self, id: DeviceId, wiped: &Result<(), StoreError>, ctx: &mut Context<Self>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let waiting = std::mem::take(&mut member.removal);
        match wiped {
            Ok(()) => {}
            Err(error) if waiting.is_empty() => {
                error!(device.id = %id, error = %Chain(error), "the credentials of an unlinked device were not wiped");
            }
            Err(error) => {
                error!(device.id = %id, error = %Chain(error), "a device was not removed");
            }
        }
        self.take(id, Input::Wiped(wiped.is_ok()), ctx);
        for caller in waiting {
            // Whoever went away meanwhile finds out by asking again.
            let _ = caller.send(wiped.clone());
        }
    }

    fn forget(&mut self, id: DeviceId) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        self.feed.tell(member.change);
        let last = member.view.borrow();
        self.not_down -= usize::from(last.state != State::Down);
        self.metrics.device_removed(last.counted());
        self.shared.webhooks.forget(member.number);
        self.router.do_send(router::Forget(id));
        info!(device.id = %id, "device removed");
    }

    /// A store that cannot write is nobody's own trouble: no device begins a life before it can, which it mostly can at
    /// once.
    fn check_store(&mut self, ctx: &mut Context<Self>) {
        if self.admission.is_paused() {
            return;
        }
        self.admission.pause();
        let well = until_well(self.shared.store.clone()).into_actor(self);
        ctx.spawn(well.map(|(), supervisor, ctx| {
            supervisor.admission.resume();
            supervisor.settle(ctx);
        }));
    }

    fn tell(&self, id: DeviceId, happening: Happening) {
        if let Happening::Quarantined { reason, .. } = &happening {
            warn!(device.id = %id, reason = reason.name(), "device fails again and again: quarantined");
        }
        let Some(number) = self.members.get(&id).map(|member| member.number) else {
            return;
        };
        let webhooks = &self.shared.webhooks;
        // First: whatever a receiver is told is in the history.
        for entry in history::entries(&happening, Utc::now()) {
            webhooks.remember(number, entry);
        }
        if webhooks.listens(number) {
            for event in reported(happening) {
                webhooks.publish(number, event);
            }
        }
    }
}

fn reported(happening: Happening) -> Vec<Event> {
    match happening {
        // Nobody but the history is told.
        Happening::Disconnecting | Happening::PairingBegun => Vec::new(),
        // The life has told it itself.
        Happening::Restricted { .. } => Vec::new(),
        Happening::Reconnecting => vec![report::reconnecting()],
        Happening::Connected { account, last_exit } => {
            report::connected(account.as_ref(), last_exit)
        }
        Happening::Qr(qr) => vec![report::qr(&qr)],
        Happening::Passkey(passkey) => vec![report::passkey(&passkey)],
        Happening::Paired(account) => vec![report::paired(&account)],
        Happening::Exited {
            reason, was_live, ..
        } => report::exited(reason, was_live),
        Happening::Quarantined { reason, until } => vec![report::quarantined(reason, until)],
    }
}

/// Waits for a note to be stored. One that is not stored is missed by nobody but the next start.
async fn noted(
    id: DeviceId,
    write: impl Future<Output = Result<(), StoreError>>,
    failed: &'static str,
) {
    if let Err(error) = write.await {
        warn!(device.id = %id, error = %Chain(&error), "{failed}");
    }
}
