//! App state: sync keys, collection versions and mutation MACs.
//!
//! A patch writes version, deletions and MACs in three calls. They are staged, so that they fall into one commit:
//! a version on disk without its MACs would be a mismatch for ever.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;
use wacore::appstate::hash::HashState;
use wacore::store::traits::{AppStateSyncKey, AppSyncStore};
use wacore_appstate::processor::AppStateMutationMAC;

use super::codec::{decode, encode};
use super::{Answer, Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;

fn mac_key(collection: &str, index_mac: &[u8]) -> RecordKey {
    RecordKey::new(Kind::MutationMac, [collection.as_bytes(), index_mac])
}

fn owed_key(collection: &str) -> RecordKey {
    RecordKey::text(Kind::Owed, collection)
}

impl RecordBackend {
    /// Whether something was removed from a collection, in this life or an earlier one, since it was read as a whole.
    pub async fn has_removals(&self, collection: &str) -> Result<bool, StoreError> {
        self.exists(owed_key(collection)).await
    }

    /// The collection was read as a whole, and what came of it is stored.
    pub async fn forget_removals(&self, collection: &str) -> Result<(), StoreError> {
        self.stage(vec![Change::Delete(owed_key(collection))]).await
    }
}

#[async_trait]
impl AppSyncStore for RecordBackend {
    async fn get_sync_key(&self, key_id: &[u8]) -> Answer<Option<AppStateSyncKey>> {
        let key = self.get(RecordKey::new(Kind::SyncKey, [key_id])).await?;
        if key.is_none() {
            self.progress.missed(key_id);
        }
        Ok(key.map(|key| decode(&key)).transpose()?)
    }

    /// Waits for the disk: the message that carried the key is acknowledged whatever this answers.
    async fn set_sync_key(&self, key_id: &[u8], key: AppStateSyncKey) -> Answer<()> {
        let changes = vec![
            Change::put(RecordKey::new(Kind::SyncKey, [key_id]), encode(&key)?),
            Change::put(
                RecordKey::only(Kind::LatestSyncKey),
                Bytes::copy_from_slice(key_id),
            ),
        ];
        self.commit(changes).await?;
        self.progress.found(key_id);
        Ok(())
    }

    async fn get_version(&self, name: &str) -> Answer<HashState> {
        match self.get(RecordKey::text(Kind::SyncVersion, name)).await? {
            Some(state) => Ok(decode(&state)?),
            None => Ok(HashState::default()),
        }
    }

    async fn set_version(&self, name: &str, state: HashState) -> Answer<()> {
        let state = encode(&state)?;
        let key = RecordKey::text(Kind::SyncVersion, name);
        self.stage(vec![Change::put(key, state)]).await?;
        self.progress.step(name);
        Ok(())
    }

    async fn put_mutation_macs(
        &self,
        name: &str,
        _version: u64,
        macs: &[AppStateMutationMAC],
    ) -> Answer<()> {
        let put = |mac: &AppStateMutationMAC| {
            Change::put(mac_key(name, &mac.index_mac), mac.value_mac.clone())
        };
        Ok(self.stage(macs.iter().map(put).collect()).await?)
    }

    async fn get_mutation_mac(&self, name: &str, index_mac: &[u8]) -> Answer<Option<Vec<u8>>> {
        Ok(self.get(mac_key(name, index_mac)).await?.map(Vec::from))
    }

    async fn get_mutation_macs(
        &self,
        name: &str,
        index_macs: &[[u8; 32]],
    ) -> Answer<HashMap<[u8; 32], Vec<u8>>> {
        let keys: Vec<RecordKey> = index_macs.iter().map(|mac| mac_key(name, mac)).collect();
        let values = self.get_many(&keys).await?;
        Ok(index_macs
            .iter()
            .zip(values)
            .filter_map(|(mac, value)| Some((*mac, value?.into())))
            .collect())
    }

    /// A patch has removed something, which the library does not tell. That is noted with the removal: what the patch was
    /// about is not to be had any more but by reading the whole collection.
    async fn delete_mutation_macs(&self, name: &str, index_macs: &[Vec<u8>]) -> Answer<()> {
        let delete = |mac: &Vec<u8>| Change::Delete(mac_key(name, mac));
        let mut changes: Vec<Change> = index_macs.iter().map(delete).collect();
        changes.push(Change::put(owed_key(name), Bytes::new()));
        self.stage(changes).await?;
        self.progress.removed(name);
        Ok(())
    }

    /// Only a collection that is read from nothing loses all its MACs.
    async fn clear_mutation_macs(&self, name: &str) -> Answer<()> {
        self.stage_clear(Scan::under(Kind::MutationMac, name))
            .await?;
        self.progress.step_anew(name);
        Ok(())
    }

    async fn get_latest_sync_key_id(&self) -> Answer<Option<Vec<u8>>> {
        Ok(self
            .get(RecordKey::only(Kind::LatestSyncKey))
            .await?
            .map(Vec::from))
    }
}
