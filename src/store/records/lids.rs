//! Which phone number belongs to which LID: one record per LID, and an index from number to LID.

use super::codec::{decode, encode, text};
use super::{Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;
use bytes::Bytes;
use std::collections::BTreeMap;
use wacore::store::traits::LidPnMappingEntry;

fn lid_key(lid: &str) -> RecordKey {
    RecordKey::text(Kind::Lid, lid)
}

fn phone_key(phone: &str) -> RecordKey {
    RecordKey::text(Kind::Phone, phone)
}

impl RecordBackend {
    pub(super) async fn lid(&self, lid: &str) -> Result<Option<LidPnMappingEntry>, StoreError> {
        self.get(lid_key(lid)).await?.map(|entry| decode(&entry)).transpose()
    }

    /// The newest LID of a number.
    pub(super) async fn lid_of_phone(
        &self,
        phone: &str,
    ) -> Result<Option<LidPnMappingEntry>, StoreError> {
        match self.get(phone_key(phone)).await? {
            Some(lid) => self.lid(&text(&lid)?).await,
            None => Ok(None),
        }
    }

    pub(super) async fn all_lids(&self) -> Result<Vec<LidPnMappingEntry>, StoreError> {
        let records = self.scan(Scan::all(Kind::Lid)).await?;
        records.iter().map(|(_, entry)| decode(entry)).collect()
    }

    /// Puts all entries in order. When a LID gets another number, the old number's index goes, unless another LID
    /// has taken that number over meanwhile.
    pub(super) async fn put_lids(&self, entries: &[LidPnMappingEntry]) -> Result<(), StoreError> {
        let turn = self.turn().await;
        let mut index = Index::default();
        let mut changes = Vec::with_capacity(2 * entries.len());
        for entry in entries {
            let old = index.phone_of(self, &entry.lid).await?;
            if let Some(old) = old.filter(|old| *old != entry.phone_number)
                && index.lid_of(self, &old).await?.as_deref() == Some(&entry.lid)
            {
                changes.push(Change::Delete(phone_key(&old)));
                index.lids.insert(old, None);
            }
            changes.push(Change::put(
                phone_key(&entry.phone_number),
                Bytes::copy_from_slice(entry.lid.as_bytes()),
            ));
            changes.push(Change::put(lid_key(&entry.lid), encode(entry)?));
            index.lids.insert(entry.phone_number.clone(), Some(entry.lid.clone()));
            index.phones.insert(entry.lid.clone(), Some(entry.phone_number.clone()));
        }
        self.stage_in(&turn, changes).await
    }
}

/// What the records will say after the entries so far.
#[derive(Default)]
struct Index {
    phones: BTreeMap<String, Option<String>>,
    lids: BTreeMap<String, Option<String>>,
}

impl Index {
    async fn phone_of(
        &mut self,
        backend: &RecordBackend,
        lid: &str,
    ) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.phones.get(lid) {
            return Ok(known.clone());
        }
        Ok(backend.lid(lid).await?.map(|entry| entry.phone_number))
    }

    async fn lid_of(
        &mut self,
        backend: &RecordBackend,
        phone: &str,
    ) -> Result<Option<String>, StoreError> {
        if let Some(known) = self.lids.get(phone) {
            return Ok(known.clone());
        }
        backend.get(phone_key(phone)).await?.map(|lid| text(&lid)).transpose()
    }
}
