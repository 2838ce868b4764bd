//! Who may ask for a status once more. The library sends it again to whoever says that it could not be read; somebody who
//! is not in the audience must not get it that way.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use serde::Deserialize;
use wacore_binary::{Jid, JidExt};
use whatsapp_rust::{Client, RetryAdmission};

use crate::store::{DeviceNumber, Store, StoreError};

/// Setting of the device: who was in the audience of the latest status, as LIDs, and so has the key of the statuses or may
/// have it.
const KEY_HOLDERS: &str = "status_key_holders";

/// People whose numbers are known; beyond that they are learnt anew.
const MOST: usize = 100_000;

/// As it is stored, and was before.
#[derive(Deserialize)]
#[serde(untagged)]
enum Holder {
    Lid(u64),
    /// `<digits>@lid`
    Jid(String),
}

/// Who was in the audience of the latest status, as LIDs in order.
pub async fn key_holders(store: &Store, device: DeviceNumber) -> Result<Arc<[u64]>, StoreError> {
    let held: Option<Vec<Holder>> = store.setting(device, KEY_HOLDERS).await?;
    let held = held.unwrap_or_default().into_iter();
    let mut held: Vec<u64> = held
        .filter_map(|holder| match holder {
            Holder::Lid(lid) => Some(lid),
            Holder::Jid(jid) => jid.split('@').next()?.parse().ok(),
        })
        .collect();
    held.sort_unstable();
    Ok(held.into())
}

/// Stores who that is from now on; durable when answered.
pub async fn put_key_holders(
    store: &Store,
    device: DeviceNumber,
    holders: &[u64],
) -> Result<(), StoreError> {
    store.put_setting(device, KEY_HOLDERS, &holders).await
}

/// The audience of the latest status.
#[derive(Clone, Default)]
pub struct RetryGate(Arc<RwLock<Admitted>>);

#[derive(Default)]
struct Admitted {
    /// In order.
    lids: Arc<[u64]>,
    /// The LIDs of numbers, of whoever was addressed in this life.
    numbers: HashMap<u64, u64>,
}

impl RetryGate {
    /// From now on only these, by LID.
    pub fn admit_only(&self, lids: Arc<[u64]>) {
        self.0.write().lids = lids;
    }

    /// These numbers belong to these LIDs.
    pub fn learn(&self, numbers: impl IntoIterator<Item = (u64, u64)>) {
        let known = &mut self.0.write().numbers;
        if known.len() > MOST {
            known.clear();
        }
        known.extend(numbers);
    }

    /// Makes the library ask.
    pub fn guard(&self, client: &Client) {
        client.set_retry_admission(Arc::new(self.clone()));
    }
}

impl RetryAdmission for RetryGate {
    fn admit(&self, chat: &Jid, requester: &Jid, _retry_count: u8) -> bool {
        if !chat.is_status_broadcast() {
            return true;
        }
        let Ok(user) = requester.user.parse::<u64>() else {
            return false;
        };
        let admitted = self.0.read();
        let lid = match requester.is_lid() {
            true => Some(&user),
            false => admitted.numbers.get(&user),
        };
        lid.is_some_and(|lid| admitted.lids.binary_search(lid).is_ok())
    }
}
