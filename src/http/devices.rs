//! Devices, pairing and lifecycle: what concerns a device that need not be live.

pub mod connect;
pub mod create;
pub mod disconnect;
pub mod history;
pub mod list;
pub mod logout;
pub mod mine;
pub mod offline;
pub mod paircode;
pub mod passkey;
pub mod passkey_confirm;
pub mod qr;
pub mod qr_status;
pub mod rename;
pub mod status;
pub mod statuses;

use tracing::info;

use super::Api;
use super::detached::to_the_end;
use super::endpoint::Context;
use super::users::remove_devices;
use super::which::{NOT_FOUND, Which};
use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};
use crate::ids::DeviceId;
use crate::store::StoreError;
use crate::store::accounts::Caller;
use crate::store::devices::Device;
use crate::store::webhooks::Owner;
use crate::supervision::router::Locate;
use crate::supervision::supervisor::{Adopt, Follow, FollowAll, Remove};
use crate::supervision::view::{View, Watch};

/// The name of a device that pairing made because its user had none.
const DEFAULT_NAME: &str = "WhatsApp";

impl Context<Caller> {
    /// The device that the request means, if it is the caller's.
    pub async fn locate(&self) -> Result<Option<DeviceId>, Failure> {
        locate(&self.api, self.caller, self.device).await
    }

    /// The same for what takes a device away: a client that asks twice must not reach the next one, so whoever has several
    /// must say which.
    async fn locate_for_good(&self) -> Result<Option<DeviceId>, Failure> {
        if self.device == Which::Default {
            let own = own(&self.api, self.caller).await?;
            if own.len() > 1 {
                return Err(several().into());
            }
        }
        self.locate().await
    }
}

fn several() -> Invalid {
    Invalid::field(
        "device_id",
        "device_id is required: you have several devices, GET /devices lists them",
    )
}

/// The `{deviceID}` of the path.
pub const DEVICE: Param = Param::path("deviceID");

/// The device that the path names, if it is the caller's.
pub async fn in_path(api: &Api, caller: Caller, id: &str) -> Result<DeviceId, Failure> {
    let located = locate(api, caller, Which::named(Some(id))).await?;
    located.filter(|_| !id.is_empty()).ok_or(NOT_FOUND)
}

/// The device that the caller means, if it is the caller's.
pub async fn locate(api: &Api, caller: Caller, which: Which) -> Result<Option<DeviceId>, Failure> {
    let device = match which {
        Which::Default => None,
        Which::Device(device) => Some(device),
        Which::None => return Ok(None),
    };
    let located = api.router.send(Locate { caller, device }).await;
    located.map_err(|error| Failure::internal("the router did not answer", &error))
}

pub async fn follow(api: &Api, device: DeviceId) -> Result<Watch, Failure> {
    api.ask(Follow(device)).await?.ok_or(NOT_FOUND)
}

/// The caller's devices, oldest first.
async fn own(api: &Api, caller: Caller) -> Result<Vec<Device>, Failure> {
    let own = api.store.devices_of(caller.tenant, caller.user).await;
    let mut own = own.map_err(|error| Failure::of_store("devices could not be listed", &error))?;
    own.retain(|device| caller.reaches(device.id));
    Ok(own)
}

/// The caller's devices, oldest first, and where each stands.
pub async fn own_devices(api: &Api, caller: Caller) -> Result<Vec<(Device, View)>, Failure> {
    let own = own(api, caller).await?;
    let ids = own.iter().map(|device| device.id).collect();
    let watches = api.ask(FollowAll(ids)).await?;
    // One that is being made or removed at this moment is not known yet, or no longer.
    let known = |(device, watch): (Device, Option<Watch>)| Some((device, watch?.now()));
    Ok(own.into_iter().zip(watches).filter_map(known).collect())
}

/// The device to pair; a caller who has none gets one.
async fn device_to_pair(context: &Context<Caller>) -> Result<DeviceId, Failure> {
    match context.locate().await? {
        Some(device) => Ok(device),
        None if context.device == Which::Default && context.caller.only().is_none() => {
            let device = create(&context.api, context.caller, DEFAULT_NAME).await?;
            Ok(device.id)
        }
        None => Err(NOT_FOUND),
    }
}

async fn create(api: &Api, caller: Caller, name: &str) -> Result<Device, Failure> {
    let (store, name) = (api.store.clone(), name.to_owned());
    let creating = async move {
        let created = store.create_device(caller.tenant, caller.user, &name).await;
        created.map_err(not_created)
    };
    adopt(api, caller, creating).await
}

/// Makes supervisor and router know a new device. To the end: a device that is stored and not adopted would be listed
/// but known to nobody until the next start.
pub async fn adopt(
    api: &Api,
    caller: Caller,
    creating: impl Future<Output = Result<Device, Failure>> + 'static,
) -> Result<Device, Failure> {
    let (store, supervisor) = (api.store.clone(), api.supervisor.clone());
    let webhooks = api.webhooks.clone();
    to_the_end(async move {
        let device = creating.await?;
        let owner = Owner {
            device: device.id,
            tenant: caller.tenant,
            user: caller.user,
        };
        // Before it can have events.
        webhooks.apply_pending(owner).await.map_err(not_created)?;
        let adopted = supervisor.send(Adopt(device.clone())).await;
        adopted.map_err(|error| Failure::internal("a device was not adopted", &error))?;
        // Whoever deleted its user in between looked for devices before this one could be found.
        let own = store.devices_of(caller.tenant, caller.user).await;
        if own.is_ok_and(|own| own.iter().all(|other| other.id != device.id)) {
            supervisor.do_send(Remove(device.id));
            return Err(Failure::Unauthorized);
        }
        Ok(device)
    })
    .await
}

/// Removes a device for good, in this order: the phone no longer lists it, its records go, its row and its tokens go.
/// Whatever goes wrong between two steps, asking again takes it up from there.
pub async fn remove_for_good(api: &Api, caller: Caller, device: DeviceId) -> Result<(), Failure> {
    // WhatsApp does not take it back, and a life ends at the first step.
    let ready = api.store.ready().await;
    ready.map_err(|error| Failure::of_store("a device was not deleted", &error))?;
    let watch = follow(api, device).await;
    let live = watch.is_ok_and(|watch| watch.now().is_live());
    if live && let Err(failure) = logout::unlink(api, caller, device).await {
        if failure.passes() {
            return Err(failure);
        }
        // It is not to be in the way: the owner can unlink the device on the phone.
        info!(device.id = %device, reason = %failure, "a device could not be unlinked before it was deleted");
    }
    remove_devices(api, [device]).await?;
    let deleted = api.store.delete_device(device).await;
    api.tokens.forget_device(device);
    deleted.map_err(|error| Failure::of_store("a device could not be deleted", &error))?;
    info!(device.id = %device, "device deleted");
    Ok(())
}

pub fn not_created(error: StoreError) -> Failure {
    match error {
        // Its user was deleted while the request was under way.
        StoreError::Constraint(_) => Failure::Unauthorized,
        error => Failure::of_store("a device could not be created", &error),
    }
}
