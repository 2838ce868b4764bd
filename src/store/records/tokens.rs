//! Trusted-contact tokens. Two paths of the library write one record, each its own field.

use wacore::store::traits::TcTokenEntry;

use super::codec::{decode, encode};
use super::{Change, Kind, RecordBackend, RecordKey, Turn};
use crate::store::StoreError;

fn token_key(jid: &str) -> RecordKey {
    RecordKey::text(Kind::TcToken, jid)
}

/// The newest time in an entry; the sweep counts from it.
fn newest(entry: &TcTokenEntry) -> i64 {
    entry
        .sender_timestamp
        .map_or(entry.token_timestamp, |sent| {
            sent.max(entry.token_timestamp)
        })
}

fn put(jid: &str, entry: &TcTokenEntry) -> Result<Change, StoreError> {
    Ok(Change::put_at(
        token_key(jid),
        encode(entry)?,
        newest(entry),
    ))
}

impl RecordBackend {
    /// What is known of the tokens between us and somebody.
    pub(super) async fn token(&self, jid: &str) -> Result<Option<TcTokenEntry>, StoreError> {
        self.get(token_key(jid))
            .await?
            .map(|entry| decode(&entry))
            .transpose()
    }

    /// Overwrites what is known; durable when answered.
    pub(super) async fn put_token(
        &self,
        jid: &str,
        entry: &TcTokenEntry,
    ) -> Result<(), StoreError> {
        self.commit(vec![put(jid, entry)?]).await
    }

    /// Forgets it; durable when answered.
    pub(super) async fn delete_token(&self, jid: &str) -> Result<(), StoreError> {
        self.commit(vec![Change::Delete(token_key(jid))]).await
    }

    /// Moves the time of our own token forward, never back.
    pub(super) async fn touch_token(&self, jid: &str, sent: i64) -> Result<(), StoreError> {
        let turn = self.turn().await;
        let entry = match self.token(jid).await? {
            Some(old) => TcTokenEntry {
                sender_timestamp: Some(old.sender_timestamp.unwrap_or(sent).max(sent)),
                ..old
            },
            None => TcTokenEntry {
                token: Vec::new(),
                token_timestamp: sent,
                sender_timestamp: Some(sent),
            },
        };
        self.stage_token(&turn, jid, &entry).await
    }

    /// Keeps a received token unless a newer one is there; a record without a token never stands in the way.
    pub(super) async fn receive_token(
        &self,
        jid: &str,
        token: &[u8],
        received: i64,
    ) -> Result<(), StoreError> {
        let turn = self.turn().await;
        let old = self.token(jid).await?;
        if old
            .as_ref()
            .is_some_and(|old| !old.token.is_empty() && received < old.token_timestamp)
        {
            return Ok(());
        }
        let sender_timestamp = old.and_then(|old| old.sender_timestamp);
        let entry = TcTokenEntry {
            token: token.to_vec(),
            token_timestamp: received,
            sender_timestamp,
        };
        self.stage_token(&turn, jid, &entry).await
    }

    async fn stage_token(
        &self,
        turn: &Turn<'_>,
        jid: &str,
        entry: &TcTokenEntry,
    ) -> Result<(), StoreError> {
        self.stage_in(turn, vec![put(jid, entry)?]).await
    }
}
