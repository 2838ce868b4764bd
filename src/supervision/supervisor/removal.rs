//! Removing a device: its life ends, nothing of it is kept, and nobody knows it any more.

use actix::prelude::*;
use tokio::sync::oneshot;
use tracing::{error, info};

use super::{Slot, Stage, Supervisor};
use crate::device::Stop;
use crate::device::exit::ExitReason;
use crate::ids::DeviceId;
use crate::store::StoreError;
use crate::supervision::router;
use crate::supervision::view::State;
use crate::telemetry::Chain;

/// Ends the life of a device, wipes its records and forgets it. Answers when that is done; its row is the caller's to
/// delete, afterwards. After an error the device is down, and can be removed again.
#[derive(Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Remove(pub DeviceId);

/// Those who wait for a device to be gone.
pub(super) type Waiting = Vec<oneshot::Sender<Result<(), StoreError>>>;

impl Slot {
    /// No new life begins in it.
    pub(super) fn is_being_removed(&self) -> bool {
        !self.removal.is_empty()
    }
}

impl Supervisor {
    fn remove(&mut self, id: DeviceId, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        match &slot.stage {
            // What follows when the life has ended, and when the wiping has, looks for those who wait.
            Stage::Up(up) => return up.address.do_send(Stop(ExitReason::Removed)),
            Stage::Forgetting => return,
            Stage::Queued => {
                self.admission.leave(id);
                self.admit(ctx);
            }
            Stage::Delayed(timer) => {
                ctx.cancel_future(*timer);
            }
            Stage::Down => {}
        }
        self.forget(id, ctx);
    }

    /// The records were wiped, or could not be.
    pub(super) fn removed(&mut self, id: DeviceId, wiped: Result<(), StoreError>) {
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        let waiting = std::mem::take(&mut slot.removal);
        slot.stage = Stage::Down;
        let number = slot.number;
        self.publish(id, |view| view.state = State::Down);
        match &wiped {
            Ok(()) => {
                self.shared.webhooks.forget(number);
                if let Some(slot) = self.slots.remove(&id) {
                    self.metrics.device_removed(slot.view.borrow().counted());
                }
                self.router.do_send(router::Forget(id));
                info!(device.id = %id, "device removed");
            }
            Err(error) => {
                error!(device.id = %id, error = %Chain(&error), "a device was not removed")
            }
        }
        for caller in waiting {
            // Whoever went away meanwhile finds out by asking again.
            let _ = caller.send(wiped.clone());
        }
    }
}

impl Handler<Remove> for Supervisor {
    type Result = ResponseFuture<Result<(), StoreError>>;

    fn handle(&mut self, Remove(id): Remove, ctx: &mut Context<Self>) -> Self::Result {
        let Some(slot) = self.slots.get_mut(&id) else {
            return Box::pin(std::future::ready(Ok(())));
        };
        let (caller, gone) = oneshot::channel();
        let first = !slot.is_being_removed();
        slot.removal.push(caller);
        if first {
            self.remove(id, ctx);
        }
        Box::pin(async { gone.await.unwrap_or(Err(StoreError::Closed)) })
    }
}
