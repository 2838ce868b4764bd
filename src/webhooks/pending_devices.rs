//! How the dispatcher learns that there is something to do: bounded by the number of devices, whatever happens.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::store::DeviceNumber;

/// Devices that the dispatcher is to look at.
#[derive(Default)]
pub struct PendingDevices {
    /// With whether the webhook itself has changed.
    devices: Mutex<HashMap<DeviceNumber, bool>>,
    notify: Notify,
}

impl PendingDevices {
    /// Events of this device were committed.
    pub fn stored(&self, device: DeviceNumber) {
        self.devices.lock().entry(device).or_default();
        self.notify.notify_one();
    }

    /// The webhook of this device was written, switched off or deleted.
    pub fn changed(&self, device: DeviceNumber) {
        self.devices.lock().insert(device, true);
        self.notify.notify_one();
    }

    /// Waits until there are some, and takes all. Dropped half-way it loses none.
    pub async fn take(&self) -> HashMap<DeviceNumber, bool> {
        loop {
            let taken = std::mem::take(&mut *self.devices.lock());
            if !taken.is_empty() {
                return taken;
            }
            self.notify.notified().await;
        }
    }
}
