//! Signal: identities, sessions, pre-keys and sender keys.
//!
//! Sessions and sender keys gate the wire: their counters are reserved before a message leaves, so those wait for
//! the disk. The rest of a flush is staged between them and keeps its order.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::try_join_all;
use wacore::store::traits::SignalStore;

use super::{Answer, Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;

/// From so many on all pre-keys are read, which are hardly more: the library wants all of them after every login.
const MANY: usize = 100;

impl RecordBackend {
    /// Those of these that are there, read in one go.
    async fn pre_keys_among(&self, ids: &[u32]) -> Result<Vec<(u32, Bytes)>, StoreError> {
        let all = self.scan(Scan::all(Kind::PreKey)).await?;
        let all = all
            .into_iter()
            .map(|(key, value)| Ok((number(&key)?, value)));
        let all = all.collect::<Result<HashMap<u32, Bytes>, StoreError>>()?;
        let found = ids
            .iter()
            .filter_map(|id| Some((*id, all.get(id)?.clone())));
        Ok(found.collect())
    }
}

#[async_trait]
impl SignalStore for RecordBackend {
    async fn put_identity(&self, address: &str, key: [u8; 32]) -> Answer<()> {
        let key = Change::put(
            RecordKey::text(Kind::Identity, address),
            Bytes::copy_from_slice(&key),
        );
        Ok(self.stage(vec![key]).await?)
    }

    async fn put_identities_batch(&self, identities: &[(Arc<str>, [u8; 32])]) -> Answer<()> {
        let put = |(address, key): &(Arc<str>, [u8; 32])| {
            Change::put(
                RecordKey::text(Kind::Identity, address),
                Bytes::copy_from_slice(key),
            )
        };
        Ok(self.stage(identities.iter().map(put).collect()).await?)
    }

    async fn load_identity(&self, address: &str) -> Answer<Option<[u8; 32]>> {
        let Some(key) = self.get(RecordKey::text(Kind::Identity, address)).await? else {
            return Ok(None);
        };
        let key = key[..]
            .try_into()
            .map_err(|_| StoreError::Shape("an identity key has not 32 bytes"))?;
        Ok(Some(key))
    }

    async fn delete_identity(&self, address: &str) -> Answer<()> {
        Ok(self
            .stage(vec![Change::Delete(RecordKey::text(
                Kind::Identity,
                address,
            ))])
            .await?)
    }

    async fn get_session(&self, address: &str) -> Answer<Option<Bytes>> {
        Ok(self.get(RecordKey::text(Kind::Session, address)).await?)
    }

    async fn put_session(&self, address: &str, session: &[u8]) -> Answer<()> {
        let session = Bytes::copy_from_slice(session);
        Ok(self
            .commit(vec![Change::put(
                RecordKey::text(Kind::Session, address),
                session,
            )])
            .await?)
    }

    async fn put_sessions_batch(&self, sessions: &[(Arc<str>, Bytes)]) -> Answer<()> {
        Ok(self.commit(puts(Kind::Session, sessions)).await?)
    }

    async fn delete_session(&self, address: &str) -> Answer<()> {
        Ok(self
            .commit(vec![Change::Delete(RecordKey::text(
                Kind::Session,
                address,
            ))])
            .await?)
    }

    async fn has_session(&self, address: &str) -> Answer<bool> {
        Ok(self.exists(RecordKey::text(Kind::Session, address)).await?)
    }

    async fn has_signal_state_for_user(&self, user: &str) -> Answer<bool> {
        let starts = [format!("{user}@"), format!("{user}:")];
        let places = [Kind::Session, Kind::Identity]
            .into_iter()
            .flat_map(|kind| starts.iter().map(move |start| RecordKey::text(kind, start)));
        let scans = places.map(|start| self.scan_keys(Scan::prefix(start)));
        let found = try_join_all(scans).await?;
        Ok(found.iter().any(|keys| !keys.is_empty()))
    }

    async fn store_prekey(&self, id: u32, record: &[u8], _uploaded: bool) -> Answer<()> {
        let record = Bytes::copy_from_slice(record);
        Ok(self
            .commit(vec![Change::put(
                RecordKey::number(Kind::PreKey, id),
                record,
            )])
            .await?)
    }

    async fn store_prekeys_batch(&self, keys: &[(u32, Bytes)], _uploaded: bool) -> Answer<()> {
        let put = |(id, record): &(u32, Bytes)| {
            Change::put(RecordKey::number(Kind::PreKey, *id), record.clone())
        };
        Ok(self.commit(keys.iter().map(put).collect()).await?)
    }

    async fn load_prekey(&self, id: u32) -> Answer<Option<Bytes>> {
        Ok(self.get(RecordKey::number(Kind::PreKey, id)).await?)
    }

    async fn load_prekeys_batch(&self, ids: &[u32]) -> Answer<Vec<(u32, Bytes)>> {
        if ids.len() >= MANY {
            return Ok(self.pre_keys_among(ids).await?);
        }
        let keys: Vec<RecordKey> = ids
            .iter()
            .map(|id| RecordKey::number(Kind::PreKey, *id))
            .collect();
        let records = self.get_many(&keys).await?;
        Ok(ids
            .iter()
            .zip(records)
            .filter_map(|(id, record)| Some((*id, record?)))
            .collect())
    }

    /// The library never reads the mark, and a key that was consumed meanwhile must not come back.
    async fn mark_prekeys_uploaded(&self, _ids: &[u32]) -> Answer<()> {
        Ok(())
    }

    async fn remove_prekey(&self, id: u32) -> Answer<()> {
        Ok(self
            .stage(vec![Change::Delete(RecordKey::number(Kind::PreKey, id))])
            .await?)
    }

    async fn get_max_prekey_id(&self) -> Answer<u32> {
        let keys = self.scan_keys(Scan::all(Kind::PreKey)).await?;
        Ok(keys.last().map_or(Ok(0), number)?)
    }

    async fn store_signed_prekey(&self, id: u32, record: &[u8]) -> Answer<()> {
        let record = Bytes::copy_from_slice(record);
        Ok(self
            .commit(vec![Change::put(
                RecordKey::number(Kind::SignedPreKey, id),
                record,
            )])
            .await?)
    }

    async fn load_signed_prekey(&self, id: u32) -> Answer<Option<Vec<u8>>> {
        Ok(self
            .get(RecordKey::number(Kind::SignedPreKey, id))
            .await?
            .map(Vec::from))
    }

    async fn load_all_signed_prekeys(&self) -> Answer<Vec<(u32, Vec<u8>)>> {
        let records = self.scan(Scan::all(Kind::SignedPreKey)).await?;
        let numbered = records
            .into_iter()
            .map(|(key, record)| Ok((number(&key)?, record.into())));
        Ok(numbered.collect::<Result<_, StoreError>>()?)
    }

    async fn remove_signed_prekey(&self, id: u32) -> Answer<()> {
        Ok(self
            .commit(vec![Change::Delete(RecordKey::number(
                Kind::SignedPreKey,
                id,
            ))])
            .await?)
    }

    async fn put_sender_key(&self, address: &str, record: &[u8]) -> Answer<()> {
        let record = Bytes::copy_from_slice(record);
        Ok(self
            .commit(vec![Change::put(
                RecordKey::text(Kind::SenderKey, address),
                record,
            )])
            .await?)
    }

    async fn put_sender_keys_batch(&self, sender_keys: &[(Arc<str>, Bytes)]) -> Answer<()> {
        Ok(self.commit(puts(Kind::SenderKey, sender_keys)).await?)
    }

    async fn get_sender_key(&self, address: &str) -> Answer<Option<Vec<u8>>> {
        Ok(self
            .get(RecordKey::text(Kind::SenderKey, address))
            .await?
            .map(Vec::from))
    }

    async fn delete_sender_key(&self, address: &str) -> Answer<()> {
        Ok(self
            .commit(vec![Change::Delete(RecordKey::text(
                Kind::SenderKey,
                address,
            ))])
            .await?)
    }
}

fn puts(kind: Kind, records: &[(Arc<str>, Bytes)]) -> Vec<Change> {
    let put = |(address, record): &(Arc<str>, Bytes)| {
        Change::put(RecordKey::text(kind, address), record.clone())
    };
    records.iter().map(put).collect()
}

fn number(key: &RecordKey) -> Result<u32, StoreError> {
    let bytes = key.bytes[..]
        .try_into()
        .map_err(|_| StoreError::Shape("a key is not a number"))?;
    Ok(u32::from_be_bytes(bytes))
}
