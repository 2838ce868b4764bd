//! Where the records of a device are in the database, and how: values are sealed, and so are keys that name people.
//!
//! Such a key is a hash there, and the true one is sealed with the value. What is searched for together begins alike.

use bytes::Bytes;

use super::record_key::{RecordKey, Scan};
use super::sealing::names::{self, Namer};
use super::value::{Row, Statement};
use super::{DeviceNumber, Sealer, SealingKey, StoreError};

const PURPOSE: &str = "record";

/// Between the records of one device and their rows.
pub(super) struct RecordPlaces {
    device: DeviceNumber,
    sealer: Sealer,
    namer: Namer,
}

impl RecordPlaces {
    /// Of this device.
    pub fn new(key: &SealingKey, device: DeviceNumber) -> Self {
        Self {
            device,
            sealer: key.sealer(PURPOSE, device),
            namer: key.namer(PURPOSE, device),
        }
    }

    /// Writes a record. `at`: Unix seconds, for kinds that are swept.
    pub fn put(
        &self,
        key: &RecordKey,
        value: &[u8],
        at: Option<i64>,
    ) -> Result<Statement, StoreError> {
        let place = self.of(key);
        let sealed = if key.kind.names_people() {
            let named = names::with_name(&key.bytes, value);
            self.sealer.seal(&place.place(), &named)?
        } else {
            self.sealer.seal(&place.place(), value)?
        };
        Ok(place.upsert(self.device, sealed, at))
    }

    /// Removes a record; no error where there is none.
    pub fn delete(&self, key: &RecordKey) -> Statement {
        self.of(key).delete(self.device)
    }

    /// Reads what [`Self::open`] opens.
    pub fn select(&self, key: &RecordKey) -> Statement {
        self.of(key).select(self.device)
    }

    /// Reads whether a record is there.
    pub fn probe(&self, key: &RecordKey) -> Statement {
        self.of(key).probe(self.device)
    }

    /// The value of a record. One that does not open is an error and never "absent".
    pub fn open(&self, key: &RecordKey, sealed: &[u8]) -> Result<Bytes, StoreError> {
        let plain = self.sealer.unseal(&self.of(key).place(), sealed)?;
        if !key.kind.names_people() {
            return Ok(plain);
        }
        let (bytes, value) = names::split_name(&plain)?;
        match bytes == key.bytes {
            true => Ok(value),
            false => Err(StoreError::Shape("a record has the name of another")),
        }
    }

    /// Reads what may belong to a scan, for [`Self::found`]. `values`: not the keys alone.
    pub fn scan(&self, scan: &Scan, values: bool) -> Statement {
        if !scan.from.kind.names_people() {
            return match values {
                true => scan.select(self.device),
                false => scan.select_keys(self.device),
            };
        }
        let alike = scan.from.group().map(|group| self.namer.name(group));
        let bytes = alike.map_or_else(Bytes::new, |name| Bytes::copy_from_slice(&name));
        let kind = scan.from.kind;
        Scan::prefix(RecordKey { kind, bytes }).select(self.device)
    }

    /// The place of a key, to know its row by.
    pub fn of(&self, key: &RecordKey) -> RecordKey {
        if !key.kind.names_people() {
            return key.clone();
        }
        let group = key.group().map(|group| self.namer.name(group));
        let whole = self.namer.name(&key.bytes);
        RecordKey {
            kind: key.kind,
            bytes: [group.as_ref().map_or(&[][..], |group| group), &whole]
                .concat()
                .into(),
        }
    }

    /// Key and value of the row at this place; the value is empty where the row has none.
    pub fn found(&self, place: RecordKey, row: &Row) -> Result<(RecordKey, Bytes), StoreError> {
        let named = place.kind.names_people();
        if !named && row.columns() < 2 {
            return Ok((place, Bytes::new()));
        }
        let plain = self.sealer.unseal(&place.place(), &row.blob(1)?)?;
        if !named {
            return Ok((place, plain));
        }
        let (bytes, value) = names::split_name(&plain)?;
        let kind = place.kind;
        Ok((RecordKey { kind, bytes }, value))
    }

    /// Writes a record that is sealed for a place where its key was in clear. What does not open stays what it is.
    pub fn moved(
        &self,
        key: &RecordKey,
        former: &[u8],
        sealed: Bytes,
        at: Option<i64>,
    ) -> Result<Statement, StoreError> {
        match self.sealer.unseal(former, &sealed) {
            Ok(value) => self.put(key, &value, at),
            Err(_) => Ok(self.of(key).upsert(self.device, sealed, at)),
        }
    }
}
