//! The address books that phones share.
//!
//! They are no records of a life: what a phone has told is true whichever life heard it, and a life's last words may come
//! when the next one has begun.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};

/// One change of an address book.
pub struct ContactChange<T> {
    pub jid: String,
    pub contact: T,
    /// When the phone made it, in Unix milliseconds.
    pub at: i64,
}

/// Only a paired device has contacts: what comes after it was unlinked is not kept.
const PUT: &str = "INSERT INTO contact (device, jid, value, at) SELECT number, $1, $2, $3 FROM device \
    WHERE number = $4 AND jid IS NOT NULL \
    ON CONFLICT (device, jid) DO UPDATE SET value = excluded.value, at = excluded.at \
    WHERE excluded.at >= contact.at";

impl Store {
    /// Keeps changes, all or none; durable when answered.
    pub async fn put_contacts<T: Serialize>(
        &self,
        device: DeviceNumber,
        changes: &[ContactChange<T>],
    ) -> Result<(), StoreError> {
        let sealer = self.sealer("contact", device);
        let mut unit = Vec::with_capacity(changes.len());
        for change in changes {
            let plain = serde_json::to_vec(&change.contact)
                .map_err(|_| StoreError::Shape("a contact cannot be written as JSON"))?;
            let sealed = sealer.seal(change.jid.as_bytes(), &plain)?;
            let put = Statement::new(PUT).bind(change.jid.as_str()).bind(sealed);
            unit.push(put.bind(change.at).bind(device.0));
        }
        self.write(unit).await.map(drop)
    }

    /// Removes everybody who is not among `jids`.
    pub async fn keep_contacts(
        &self,
        device: DeviceNumber,
        jids: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let find = Statement::new("SELECT jid FROM contact WHERE device = $1").bind(device.0);
        let mut unit = Vec::new();
        for row in self.read(find).await? {
            let jid = row.text(0)?;
            if !jids.contains(jid) {
                let delete = Statement::new("DELETE FROM contact WHERE device = $1 AND jid = $2");
                unit.push(delete.bind(device.0).bind(jid));
            }
        }
        self.write(unit).await.map(drop)
    }

    /// The whole address book of a device, in the order of its JIDs.
    pub async fn contacts<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
    ) -> Result<Vec<T>, StoreError> {
        let sealer = self.sealer("contact", device);
        let find = Statement::new("SELECT jid, value FROM contact WHERE device = $1 ORDER BY jid");
        let rows = self.read(find.bind(device.0)).await?;
        let contacts = rows.iter().map(|row| {
            let plain = sealer.unseal(row.text(0)?.as_bytes(), &row.blob(1)?)?;
            serde_json::from_slice(&plain)
                .map_err(|_| StoreError::Shape("a contact does not hold what it should"))
        });
        contacts.collect()
    }
}
