//! The address books that phones share.
//!
//! They are no records of a life: what a phone has told is true whichever life heard it, and a life's last words may come
//! when the next one has begun.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sealing::names::{self, Namer};
use super::value::Statement;
use super::{DeviceNumber, Sealer, SealingKey, Store, StoreError};

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
const PUT: &str = "INSERT INTO contact (device, who, value, at) SELECT number, $1, $2, $3 FROM device \
    WHERE number = $4 AND account IS NOT NULL \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, at = excluded.at \
    WHERE excluded.at >= contact.at";

const NAME: &str = "UPDATE contact SET names = $1 WHERE device = $2 AND who = $3 RETURNING who";
const ALL: &str = "SELECT who, value, names FROM contact WHERE device = $1";
const ONE: &str = "SELECT value, names FROM contact WHERE device = $1 AND who = $2";

/// The address book of one device as it is in the database: nobody's JID is there in clear.
pub(super) struct Book {
    values: Sealer,
    names: Sealer,
    namer: Namer,
}

impl Book {
    /// Of this device.
    pub fn new(key: &SealingKey, device: DeviceNumber) -> Self {
        Self {
            values: key.sealer("contact", device),
            names: key.sealer("contact names", device),
            namer: key.namer("contact", device),
        }
    }

    /// What somebody is looked up by.
    pub fn who(&self, jid: &str) -> Bytes {
        Bytes::copy_from_slice(&self.namer.name(jid.as_bytes()))
    }

    /// What is known of somebody, with the JID.
    fn value(&self, jid: &str, plain: &[u8]) -> Result<Bytes, StoreError> {
        let named = names::with_name(jid.as_bytes(), plain);
        self.values.seal(&self.who(jid), &named)
    }

    /// An entry that is sealed for a place where its JID was in clear. What does not open stays what it is.
    pub fn moved(
        &self,
        jid: &str,
        value: Bytes,
        names: Option<Bytes>,
    ) -> Result<(Bytes, Option<Bytes>), StoreError> {
        let value = match self.values.unseal(jid.as_bytes(), &value) {
            Ok(plain) => self.value(jid, &plain)?,
            Err(_) => value,
        };
        let reseal = |sealed: Bytes| match self.names.unseal(jid.as_bytes(), &sealed) {
            Ok(plain) => self.names.seal(&self.who(jid), &plain),
            Err(_) => Ok(sealed),
        };
        Ok((value, names.map(reseal).transpose()?))
    }
}

impl Store {
    fn book(&self, device: DeviceNumber) -> Book {
        Book::new(&self.shared.key, device)
    }

    /// Keeps changes, all or none; durable when answered.
    pub async fn put_contacts<T: Serialize>(
        &self,
        device: DeviceNumber,
        changes: &[ContactChange<T>],
    ) -> Result<(), StoreError> {
        let book = self.book(device);
        let mut unit = Vec::with_capacity(changes.len());
        for change in changes {
            let plain = serde_json::to_vec(&change.contact)
                .map_err(|_| StoreError::Shape("a contact cannot be written as JSON"))?;
            let sealed = book.value(&change.jid, &plain)?;
            let put = Statement::new(PUT).bind(book.who(&change.jid)).bind(sealed);
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
        let book = self.book(device);
        let kept: HashSet<Bytes> = jids.iter().map(|jid| book.who(jid)).collect();
        let find = Statement::new("SELECT who FROM contact WHERE device = $1").bind(device.0);
        let mut unit = Vec::new();
        for row in self.read(find).await? {
            let who = row.blob(0)?;
            if !kept.contains(&who) {
                let delete = Statement::new("DELETE FROM contact WHERE device = $1 AND who = $2");
                unit.push(delete.bind(device.0).bind(who));
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
        let book = self.book(device);
        let mut unit = Vec::with_capacity(names.len());
        let mut jids = HashMap::with_capacity(names.len());
        for (jid, names) in names {
            let plain = serde_json::to_vec(names)
                .map_err(|_| StoreError::Shape("names cannot be written as JSON"))?;
            let who = book.who(jid);
            let sealed = book.names.seal(&who, &plain)?;
            let name = Statement::new(NAME).bind(sealed).bind(device.0);
            unit.push(name.bind(who.clone()));
            jids.insert(who, jid);
        }
        let mut named = Vec::new();
        for row in self.write(unit).await?.iter().flatten() {
            named.extend(jids.get(&row.blob(0)?).map(|jid| (*jid).clone()));
        }
        Ok(named)
    }

    /// Who of these is in the address book, with what they are known to call themselves.
    pub async fn contacts_of<T: DeserializeOwned, N: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        jids: &[String],
    ) -> Result<HashMap<String, (T, Option<N>)>, StoreError> {
        let book = self.book(device);
        let one = |jid: &String| Statement::new(ONE).bind(device.0).bind(book.who(jid));
        let answers = self.read_many(jids.iter().map(one).collect()).await?;
        let mut found = HashMap::new();
        for (jid, rows) in jids.iter().zip(&answers) {
            let Some(row) = rows.first() else {
                continue;
            };
            let who = book.who(jid);
            let plain = book.values.unseal(&who, &row.blob(0)?)?;
            let (_, contact) = names::split_name(&plain)?;
            let names = match row.optional_blob(1)? {
                Some(sealed) => Some(read(&book.names.unseal(&who, &sealed)?)?),
                None => None,
            };
            found.insert(jid.clone(), (read(&contact)?, names));
        }
        Ok(found)
    }

    /// The whole address book of a device, in the order of its JIDs, with what each is known to call itself.
    pub async fn contacts<T: DeserializeOwned, N: DeserializeOwned>(
        &self,
        device: DeviceNumber,
    ) -> Result<Vec<(T, Option<N>)>, StoreError> {
        let book = self.book(device);
        let mut contacts = BTreeMap::new();
        for row in self.read(Statement::new(ALL).bind(device.0)).await? {
            let who = row.blob(0)?;
            let plain = book.values.unseal(&who, &row.blob(1)?)?;
            let (jid, contact) = names::split_name(&plain)?;
            let names = match row.optional_blob(2)? {
                Some(sealed) => Some(read(&book.names.unseal(&who, &sealed)?)?),
                None => None,
            };
            contacts.insert(jid, (read(&contact)?, names));
        }
        Ok(contacts.into_values().collect())
    }
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(plain)
        .map_err(|_| StoreError::Shape("a contact does not hold what it should"))
}
