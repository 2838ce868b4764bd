//! Who may ask for a status once more. The library sends it again to whoever says that it could not be read; somebody who
//! is not in the audience must not get it that way.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::RwLock;
use wacore_binary::{Jid, JidExt};
use whatsapp_rust::{Client, RetryAdmission};

use crate::store::{DeviceNumber, Store, StoreError};

/// Setting of the device: who was in the audience of the latest status, as JIDs, and so has the key of the statuses or
/// may have it.
pub const KEY_HOLDERS: &str = "status_key_holders";

/// Who was in the audience of the latest status, as JIDs.
pub async fn key_holders(store: &Store, device: DeviceNumber) -> Result<Vec<String>, StoreError> {
    let held = store.setting(device, KEY_HOLDERS).await?;
    Ok(held.unwrap_or_default())
}

/// The audience of the latest status: numbers and LIDs.
#[derive(Clone, Default)]
pub struct RetryGate(Arc<RwLock<HashSet<String>>>);

impl RetryGate {
    /// From now on only these.
    pub fn admit_only(&self, users: HashSet<String>) {
        *self.0.write() = users;
    }

    /// Makes the library ask.
    pub fn guard(&self, client: &Client) {
        client.set_retry_admission(Arc::new(self.clone()));
    }
}

impl RetryAdmission for RetryGate {
    fn admit(&self, chat: &Jid, requester: &Jid, _retry_count: u8) -> bool {
        !chat.is_status_broadcast() || self.0.read().contains(requester.user.as_str())
    }
}
