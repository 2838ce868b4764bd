//! Message secrets: what opens reactions, votes and edits of an earlier message.

use std::collections::BTreeMap;

use async_trait::async_trait;
use wacore::store::traits::{
    MessageSecret, MsgSecretEntry, MsgSecretStore, merge_msg_secret_expiry,
    merge_msg_secret_message_ts,
};

use super::{Answer, Change, Kind, RecordBackend, RecordKey};
use crate::store::StoreError;

/// One record: schema byte, end of retention, time of the message (both Unix seconds, big-endian), secret.
/// There is one for every message, so it is not JSON.
struct Secret {
    expires_at: i64,
    message_ts: i64,
    secret: MessageSecret,
}

const SCHEMA: u8 = 1;

impl Secret {
    fn encode(&self) -> Vec<u8> {
        let parts: [&[u8]; 4] = [
            &[SCHEMA],
            &self.expires_at.to_be_bytes(),
            &self.message_ts.to_be_bytes(),
            &self.secret,
        ];
        parts.concat()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let shape = || StoreError::Shape("a message secret does not hold what it should");
        let Some((&SCHEMA, rest)) = bytes.split_first() else {
            return Err(shape());
        };
        let (expires_at, rest) = rest.split_first_chunk().ok_or_else(shape)?;
        let (message_ts, rest) = rest.split_first_chunk().ok_or_else(shape)?;
        Ok(Self {
            expires_at: i64::from_be_bytes(*expires_at),
            message_ts: i64::from_be_bytes(*message_ts),
            secret: rest.try_into().map_err(|_| shape())?,
        })
    }

    /// What a second entry for the same message makes of it.
    fn merge(self, entry: &MsgSecretEntry) -> Self {
        Self {
            expires_at: merge_msg_secret_expiry(self.expires_at, entry.expires_at),
            message_ts: merge_msg_secret_message_ts(self.message_ts, entry.message_ts),
            secret: entry.secret,
        }
    }

    fn new(entry: &MsgSecretEntry) -> Self {
        Self {
            expires_at: entry.expires_at,
            message_ts: entry.message_ts,
            secret: entry.secret,
        }
    }
}

fn secret_key(chat: &str, sender: &str, msg_id: &str) -> RecordKey {
    RecordKey::texts(Kind::MessageSecret, [chat, sender, msg_id])
}

#[async_trait]
impl MsgSecretStore for RecordBackend {
    async fn put_msg_secrets(&self, entries: Vec<MsgSecretEntry>) -> Answer<usize> {
        let keys: Vec<RecordKey> = entries
            .iter()
            .map(|entry| secret_key(&entry.chat, &entry.sender, &entry.msg_id))
            .collect();
        let turn = self.turn().await;
        let mut secrets: BTreeMap<RecordKey, Secret> = BTreeMap::new();
        for (key, stored) in keys.iter().zip(self.get_many(&keys).await?) {
            if let Some(stored) = stored {
                secrets.insert(key.clone(), Secret::decode(&stored)?);
            }
        }
        for (key, entry) in keys.into_iter().zip(&entries) {
            let secret = match secrets.remove(&key) {
                Some(earlier) => earlier.merge(entry),
                None => Secret::new(entry),
            };
            secrets.insert(key, secret);
        }
        let put = |(key, secret): (RecordKey, Secret)| {
            // 0 means never, and the sweep leaves records without a time alone.
            Change::put_at(
                key,
                secret.encode(),
                Some(secret.expires_at).filter(|end| *end != 0),
            )
        };
        self.stage_in(&turn, secrets.into_iter().map(put).collect())
            .await?;
        Ok(entries.len())
    }

    async fn get_msg_secret(
        &self,
        chat: &str,
        sender: &str,
        msg_id: &str,
    ) -> Answer<Option<Vec<u8>>> {
        let secret = self.get_msg_secret_with_ts(chat, sender, msg_id).await?;
        Ok(secret.map(|(secret, _)| secret))
    }

    async fn get_msg_secret_with_ts(
        &self,
        chat: &str,
        sender: &str,
        msg_id: &str,
    ) -> Answer<Option<(Vec<u8>, i64)>> {
        let Some(stored) = self.get(secret_key(chat, sender, msg_id)).await? else {
            return Ok(None);
        };
        let secret = Secret::decode(&stored)?;
        Ok(Some((secret.secret.to_vec(), secret.message_ts)))
    }

    /// One sweep serves all devices: see [`Store::sweep`](crate::store::Store::sweep).
    async fn delete_expired_msg_secrets(&self, _cutoff_timestamp: i64) -> Answer<u32> {
        Ok(0)
    }
}
