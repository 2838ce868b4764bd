//! The router: every command passes it. It knows owners, addresses and permits, and waits for nothing.

use std::collections::HashMap;
use std::sync::Arc;

use actix::prelude::*;
use tokio::sync::Semaphore;

use crate::device::job::Job;
use crate::device::{DeviceActor, Execute};
use crate::failure::Failure;
use crate::ids::{DeviceId, UserId};
use crate::store::DeviceNumber;
use crate::store::accounts::Caller;
use crate::store::devices::Device;
use crate::supervision::activity::Activity;
use crate::supervision::alive::Alive;

/// Commands that may wait for the router. It works off tens of thousands a second, so that a full mailbox means that
/// something is wrong; with the library's 16 one caller's burst would be everybody's refusal.
const MAILBOX: usize = 4096;

/// Sends a job to the device that the caller means.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Dispatch {
    /// Who asks.
    pub caller: Caller,
    /// One of the caller's devices; `None`: see [`Router::locate`].
    pub device: Option<DeviceId>,
    /// What it is to do, and whom to answer.
    pub job: Job,
}

/// Asks which device the caller means. Another user's device answers like none.
#[derive(Message)]
#[rtype(result = "Option<DeviceId>")]
pub struct Locate {
    /// Who asks.
    pub caller: Caller,
    /// As in [`Dispatch`].
    pub device: Option<DeviceId>,
}

/// Asks whether the router is there.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ping;

/// A device exists.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt {
    /// As it is stored.
    pub device: Device,
    /// Where its use is noted.
    pub activity: Activity,
}

/// A device is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Forget(pub DeviceId);

/// A device was paired, or is no longer.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Paired {
    /// Which one.
    pub device: DeviceId,
    /// Whether it has an account now.
    pub paired: bool,
}

/// A device is live and takes commands at this address, or (`None`) no longer.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Reachable {
    /// Which one.
    pub device: DeviceId,
    /// Where its commands go.
    pub address: Option<Addr<DeviceActor>>,
}

struct Entry {
    user: UserId,
    number: DeviceNumber,
    paired: bool,
    address: Option<Addr<DeviceActor>>,
    permits: Arc<Semaphore>,
    activity: Activity,
}

/// The actor that knows which device a caller means, and where its life is.
pub struct Router {
    devices: HashMap<DeviceId, Entry>,
    by_user: HashMap<UserId, Vec<DeviceId>>,
    commands_per_device: usize,
    _alive: Alive,
}

impl Router {
    /// A router that knows no device. `commands_per_device`: how many commands one device works on at the same time.
    pub fn new(commands_per_device: usize, alive: Alive) -> Self {
        Self {
            _alive: alive,
            devices: HashMap::new(),
            by_user: HashMap::new(),
            commands_per_device,
        }
    }

    /// Without a named device the oldest one that is paired, else the oldest. Whether it is connected plays no part: a
    /// request never slides to another account because one is away for a moment.
    fn locate(&self, caller: &Caller, named: Option<DeviceId>) -> Option<DeviceId> {
        let own = self.by_user.get(&caller.user)?;
        if let Some(device) = named {
            let is_own = own.contains(&device) && caller.reaches(device);
            return is_own.then_some(device);
        }
        let known = own
            .iter()
            .filter(|device| caller.reaches(**device))
            .filter_map(|device| self.devices.get_key_value(device));
        let (device, _) = known.min_by_key(|(_, entry)| (!entry.paired, entry.number.0))?;
        Some(*device)
    }

    fn adopt(&mut self, Adopt { device, activity }: Adopt) {
        self.by_user.entry(device.user).or_default().push(device.id);
        let permits = Arc::new(Semaphore::new(self.commands_per_device));
        let entry = Entry {
            user: device.user,
            number: device.number,
            paired: device.is_paired(),
            address: None,
            permits,
            activity,
        };
        self.devices.insert(device.id, entry);
    }

    fn dispatch(
        &self,
        Dispatch {
            caller,
            device,
            job,
        }: Dispatch,
    ) {
        let located = self.locate(&caller, device);
        let Some((id, entry)) = located.and_then(|id| self.devices.get_key_value(&id)) else {
            return job.refuse(Failure::NoDevice);
        };
        entry.activity.note();
        job.reach(*id);
        let Some(address) = &entry.address else {
            return job.refuse(Failure::Disconnected);
        };
        match entry.permits.clone().try_acquire_owned() {
            Ok(permit) => address.do_send(Execute { job, permit }),
            Err(_) => job.refuse(Failure::Overloaded),
        }
    }
}

impl Actor for Router {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Dispatch> for Router {
    type Result = ();

    fn handle(&mut self, dispatch: Dispatch, _: &mut Context<Self>) {
        self.dispatch(dispatch);
    }
}

impl Handler<Locate> for Router {
    type Result = Option<DeviceId>;

    fn handle(&mut self, Locate { caller, device }: Locate, _: &mut Context<Self>) -> Self::Result {
        self.locate(&caller, device)
    }
}

impl Handler<Ping> for Router {
    type Result = ();

    fn handle(&mut self, _: Ping, _: &mut Context<Self>) {}
}

impl Handler<Adopt> for Router {
    type Result = ();

    fn handle(&mut self, adopt: Adopt, _: &mut Context<Self>) {
        self.adopt(adopt);
    }
}

impl Handler<Forget> for Router {
    type Result = ();

    fn handle(&mut self, Forget(device): Forget, _: &mut Context<Self>) {
        let Some(entry) = self.devices.remove(&device) else {
            return;
        };
        let user = entry.user;
        if let Some(own) = self.by_user.get_mut(&user) {
            own.retain(|other| *other != device);
            if own.is_empty() {
                self.by_user.remove(&user);
            }
        }
    }
}

impl Handler<Paired> for Router {
    type Result = ();

    fn handle(&mut self, Paired { device, paired }: Paired, _: &mut Context<Self>) {
        if let Some(entry) = self.devices.get_mut(&device) {
            entry.paired = paired;
        }
    }
}

impl Handler<Reachable> for Router {
    type Result = ();

    fn handle(&mut self, Reachable { device, address }: Reachable, _: &mut Context<Self>) {
        if let Some(entry) = self.devices.get_mut(&device) {
            entry.address = address;
        }
    }
}

#[cfg(test)]
mod tests;
