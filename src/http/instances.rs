//! Devices, pairing and lifecycle: what concerns a device that need not be live.

pub mod connect;
pub mod create;
pub mod disconnect;
pub mod list;
pub mod logout;
pub mod mine;
pub mod offline;
pub mod paircode;
pub mod qr;
pub mod qr_status;
pub mod status;

use actix_web::{HttpRequest, HttpResponse};

use super::query::Named;
use super::uninterrupted::to_the_end;
use super::{Api, envelope};
use crate::failure::Failure;
use crate::ids::DeviceId;
use crate::operation::{Envelope, Operation};
use crate::store::StoreError;
use crate::store::accounts::Caller;
use crate::store::devices::Device;
use crate::store::webhooks::Owner;
use crate::supervision::router::Locate;
use crate::supervision::supervisor::{Adopt, Follow, Remove};
use crate::supervision::view::{View, Watch};

/// The name of a device that pairing made because its user had none.
const DEFAULT_NAME: &str = "WhatsApp";

pub(super) const NOT_FOUND: Failure = Failure::documented(404, "device not found");
/// The meaning of the parameter.
const DEVICE_ID: &str =
    "Which of the caller's devices; left out: the one that stands for the caller";

const UNKNOWN: Operation = Operation::new("request", Envelope::Flat);

/// Whatever no route knows.
pub async fn unknown(request: HttpRequest) -> HttpResponse {
    let text = format!("there is no {} {}", request.method(), request.path());
    envelope::refuse(
        &UNKNOWN,
        &Failure::Documented {
            status: 404,
            text: text.into(),
        },
    )
}

/// The device that the caller means, if it is the caller's.
pub(super) async fn locate(
    api: &Api,
    caller: Caller,
    named: Named,
) -> Result<Option<DeviceId>, Failure> {
    let device = match named {
        Named::Nobody => None,
        Named::Device(device) => Some(device),
        Named::Impossible => return Ok(None),
    };
    let located = api.router.send(Locate { caller, device }).await;
    located.map_err(|_| Failure::Internal)
}

pub(super) async fn follow(api: &Api, device: DeviceId) -> Result<Watch, Failure> {
    let watch = api
        .supervisor
        .send(Follow(device))
        .await
        .map_err(|_| Failure::Internal)?;
    watch.ok_or(NOT_FOUND)
}

/// The caller's devices, oldest first, and where each stands.
pub(super) async fn own_devices(api: &Api, caller: Caller) -> Result<Vec<(Device, View)>, Failure> {
    let own = api.store.devices_of(caller.tenant, caller.user).await;
    let own = own.map_err(|error| Failure::of_store("devices could not be listed", &error))?;
    let mut devices = Vec::with_capacity(own.len());
    for device in own {
        let watch = api.supervisor.send(Follow(device.id)).await;
        // One that is being made or removed at this moment is not known yet, or no longer.
        if let Some(watch) = watch.map_err(|_| Failure::Internal)? {
            devices.push((device, watch.now()));
        }
    }
    Ok(devices)
}

/// The device to pair; a caller who has none gets one.
async fn device_to_pair(api: &Api, caller: Caller, named: Named) -> Result<DeviceId, Failure> {
    match locate(api, caller, named).await? {
        Some(device) => Ok(device),
        None if named == Named::Nobody => Ok(create(api, caller, DEFAULT_NAME).await?.id),
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
pub(super) async fn adopt(
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
        adopted.map_err(|_| Failure::Internal)?;
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

pub(super) fn not_created(error: StoreError) -> Failure {
    match error {
        // Its user was deleted while the request was under way.
        StoreError::Constraint(_) => Failure::Unauthorized,
        error => Failure::of_store("a device could not be created", &error),
    }
}

/// The digits of `<digits>:<device>@s.whatsapp.net`.
fn phone_number(jid: &str) -> &str {
    let user = jid.split('@').next().unwrap_or_default();
    user.split(':').next().unwrap_or_default()
}

/// The account's JID: the contract shows it without the device.
pub(super) fn account_jid(jid: &str) -> String {
    format!("{}@s.whatsapp.net", phone_number(jid))
}
