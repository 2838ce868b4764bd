//! Inbound messages between decryption and their acknowledgement.
//!
//! A pending row is only staged: the hook's own commit carries it, and its removal, with what the message became.

use bytes::Bytes;
use wacore::store::traits::{PendingInboundKey, PendingInboundRow};
use wacore::time::now_secs;

use super::{Change, Kind, RecordBackend, RecordKey};
use crate::store::{Row, Statement, StoreError};

fn pending(chat: &str, sender: &str, id: &str) -> RecordKey {
    RecordKey::texts(Kind::PendingInbound, [chat, sender, id])
}

impl RecordBackend {
    /// For the durability hook: commits `along` (the outbox row) together with the staged pending rows of these
    /// messages and their removal, and answers the rows of `along`. After `Ok` they may be acknowledged.
    ///
    /// A message may come twice, so `along` must not fail on a row that exists (`ON CONFLICT … DO NOTHING`): like
    /// any failed write, that would end the life.
    pub async fn commit_inbound(
        &self,
        messages: &[PendingInboundKey<'_>],
        along: Vec<Statement>,
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        self.commit_with(removals(messages), along).await
    }

    /// Stages decrypted messages, so that a crash before their acknowledgement does not lose them.
    pub(super) async fn stage_pending(
        &self,
        rows: &[PendingInboundRow<'_>],
    ) -> Result<(), StoreError> {
        let now = now_secs();
        let put = |row: &PendingInboundRow<'_>| {
            let key = pending(row.chat, row.sender, row.id);
            Change::put_at(key, Bytes::copy_from_slice(row.message), now)
        };
        self.stage(rows.iter().map(put).collect()).await
    }

    /// `None` means that the message was dealt with and may be acknowledged, so a fenced life must not say it.
    pub(super) async fn pending(
        &self,
        chat: &str,
        sender: &str,
        id: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.get(pending(chat, sender, id)).await?.map(Vec::from))
    }

    /// Stages the removal of messages that were dealt with without the hook.
    pub(super) async fn remove_pending(
        &self,
        messages: &[PendingInboundKey<'_>],
    ) -> Result<(), StoreError> {
        self.stage(removals(messages)).await
    }
}

fn removals(messages: &[PendingInboundKey<'_>]) -> Vec<Change> {
    messages
        .iter()
        .map(|message| Change::Delete(pending(message.chat, message.sender, message.id)))
        .collect()
}
