//! Which phone number belongs to which LID: one record per LID, and an index from number to LID.

use bytes::Bytes;
use wacore::store::traits::LidPnMappingEntry;

use super::codec::{decode, encode, text};
use super::{Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;

fn lid_key(lid: &str) -> RecordKey {
    RecordKey::text(Kind::Lid, lid)
}

fn phone_key(phone: &str) -> RecordKey {
    RecordKey::text(Kind::Phone, phone)
}

impl RecordBackend {
    /// What is known of a LID.
    pub(super) async fn lid(&self, lid: &str) -> Result<Option<LidPnMappingEntry>, StoreError> {
        self.get(lid_key(lid))
            .await?
            .map(|entry| decode(&entry))
            .transpose()
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

    /// The other name of a person, from JID to JID: the newest LID of a number, or the number of a LID. `None`: it is not
    /// known.
    pub async fn other_name(&self, jid: &str) -> Result<Option<String>, StoreError> {
        let named = match jid.split_once('@') {
            Some((user, "lid")) => self.lid(user).await?,
            Some((user, "s.whatsapp.net")) => self.lid_of_phone(user).await?,
            _ => None,
        };
        Ok(named.map(|entry| match jid.ends_with("@lid") {
            true => format!("{}@s.whatsapp.net", entry.phone_number),
            false => format!("{}@lid", entry.lid),
        }))
    }

    /// What is known of every LID, in their order.
    pub(super) async fn all_lids(&self) -> Result<Vec<LidPnMappingEntry>, StoreError> {
        let records = self.scan(Scan::all(Kind::Lid)).await?;
        records.iter().map(|(_, entry)| decode(entry)).collect()
    }

    /// Puts all entries in order.
    pub(super) async fn put_lids(&self, entries: &[LidPnMappingEntry]) -> Result<(), StoreError> {
        let turn = self.turn().await;
        for entry in entries {
            let mut changes = Vec::with_capacity(3);
            changes.extend(self.outdated_index(entry).await?);
            let lid = Bytes::copy_from_slice(entry.lid.as_bytes());
            changes.push(Change::put(phone_key(&entry.phone_number), lid));
            changes.push(Change::put(lid_key(&entry.lid), encode(entry)?));
            // Visible at once, so the next entry sees it.
            self.stage_in(&turn, changes).await?;
        }
        Ok(())
    }

    /// When a LID gets another number, the index of its old number goes, unless another LID has taken that number
    /// over meanwhile.
    async fn outdated_index(
        &self,
        entry: &LidPnMappingEntry,
    ) -> Result<Option<Change>, StoreError> {
        let Some(old) = self.lid(&entry.lid).await? else {
            return Ok(None);
        };
        if old.phone_number == entry.phone_number {
            return Ok(None);
        }
        let index = phone_key(&old.phone_number);
        let owner = self.get(index.clone()).await?;
        let still_ours = owner.is_some_and(|owner| owner == entry.lid.as_bytes());
        Ok(still_ours.then_some(Change::Delete(index)))
    }
}
