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
    /// Whom it is about.
    pub jid: String,
    /// What is known from now on.
    pub contact: T,
    /// When the phone made it, in Unix milliseconds.
    pub at: i64,
}

/// Only a paired device has contacts: what comes after it was unlinked is not kept.
const PUT: &str = "INSERT INTO contact (device, jid, value, at) SELECT number, $1, $2, $3 FROM device \
    WHERE number = $4 AND jid IS NOT NULL \
    ON CONFLICT (device, jid) DO UPDATE SET value = excluded.value, at = excluded.at \
    WHERE excluded.at >= contact.at";

const NAME: &str = "UPDATE contact SET names = $1 WHERE device = $2 AND jid = $3 RETURNING jid";
const ALL: &str = "SELECT jid, value, names FROM contact WHERE device = $1 ORDER BY jid";

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

    /// Keeps what contacts call themselves, and returns the JIDs of those that are in the address book; of others nothing
    /// is kept.
    pub async fn name_contacts<N: Serialize>(
        &self,
        device: DeviceNumber,
        names: &[(String, N)],
    ) -> Result<Vec<String>, StoreError> {
        let sealer = self.sealer("contact names", device);
        let mut unit = Vec::with_capacity(names.len());
        for (jid, names) in names {
            let plain = serde_json::to_vec(names)
                .map_err(|_| StoreError::Shape("names cannot be written as JSON"))?;
            let sealed = sealer.seal(jid.as_bytes(), &plain)?;
            let name = Statement::new(NAME).bind(sealed).bind(device.0);
            unit.push(name.bind(jid.as_str()));
        }
        let named = self.write(unit).await?;
        let rows = named.iter().flatten();
        rows.map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The whole address book of a device, in the order of its JIDs, with what each is known to call itself.
    pub async fn contacts<T: DeserializeOwned, N: DeserializeOwned>(
        &self,
        device: DeviceNumber,
    ) -> Result<Vec<(T, Option<N>)>, StoreError> {
        let (sealer, names) = (
            self.sealer("contact", device),
            self.sealer("contact names", device),
        );
        let find = Statement::new(ALL).bind(device.0);
        let rows = self.read(find).await?;
        let contacts = rows.iter().map(|row| {
            let jid = row.text(0)?.as_bytes();
            let contact = read(&sealer.unseal(jid, &row.blob(1)?)?)?;
            let names = match row.optional_blob(2)? {
                Some(sealed) => Some(read(&names.unseal(jid, &sealed)?)?),
                None => None,
            };
            Ok((contact, names))
        });
        contacts.collect()
    }
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(plain)
        .map_err(|_| StoreError::Shape("a contact does not hold what it should"))
}
