//! The rest of the protocol's memory: sender key status, LIDs, base keys, device lists, groups, tokens, messages.
//!
//! Nothing here gates the wire, so it is staged. The expiry calls do nothing: one sweep serves all devices.

use async_trait::async_trait;
use bytes::Bytes;
use wacore::store::traits::{
    DeviceListRecord, LidPnMappingEntry, PendingInboundKey, PendingInboundRow, ProtocolStore,
    TcTokenEntry,
};
use wacore::time::now_secs;

use super::codec::{decode, encode, text};
use super::{Answer, Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;

fn base_key(address: &str, message_id: &str) -> RecordKey {
    RecordKey::texts(Kind::BaseKey, [address, message_id])
}

fn sent_message(chat: &str, message_id: &str) -> RecordKey {
    RecordKey::texts(Kind::SentMessage, [chat, message_id])
}

fn device_list(user: &str) -> RecordKey {
    RecordKey::text(Kind::DeviceList, user)
}

fn group(jid: &str) -> RecordKey {
    RecordKey::text(Kind::Group, jid)
}

#[async_trait]
impl ProtocolStore for RecordBackend {
    async fn get_sender_key_devices(&self, group_jid: &str) -> Answer<Vec<(String, bool)>> {
        Ok(self.sender_key_devices(group_jid).await?)
    }

    async fn set_sender_key_status(&self, group_jid: &str, entries: &[(&str, bool)]) -> Answer<()> {
        Ok(self.set_sender_key_devices(group_jid, entries).await?)
    }

    async fn clear_sender_key_devices(&self, group_jid: &str) -> Answer<()> {
        Ok(self
            .stage_clear(Scan::under(Kind::SenderKeyDevice, group_jid))
            .await?)
    }

    async fn delete_sender_key_device_rows(&self, device_jids: &[&str]) -> Answer<()> {
        Ok(self.forget_sender_key_devices(device_jids).await?)
    }

    async fn clear_all_sender_key_devices(&self) -> Answer<()> {
        Ok(self.stage_clear(Scan::all(Kind::SenderKeyDevice)).await?)
    }

    async fn get_lid_mapping(&self, lid: &str) -> Answer<Option<LidPnMappingEntry>> {
        Ok(self.lid(lid).await?)
    }

    async fn get_pn_mapping(&self, phone: &str) -> Answer<Option<LidPnMappingEntry>> {
        Ok(self.lid_of_phone(phone).await?)
    }

    async fn put_lid_mapping(&self, entry: &LidPnMappingEntry) -> Answer<()> {
        Ok(self.put_lids(std::slice::from_ref(entry)).await?)
    }

    async fn put_lid_mappings(&self, entries: &[LidPnMappingEntry]) -> Answer<()> {
        Ok(self.put_lids(entries).await?)
    }

    async fn get_all_lid_mappings(&self) -> Answer<Vec<LidPnMappingEntry>> {
        Ok(self.all_lids().await?)
    }

    async fn save_base_key(&self, address: &str, message_id: &str, key: &[u8]) -> Answer<()> {
        let put = Change::put_at(
            base_key(address, message_id),
            Bytes::copy_from_slice(key),
            now_secs(),
        );
        Ok(self.stage(vec![put]).await?)
    }

    async fn has_same_base_key(
        &self,
        address: &str,
        message_id: &str,
        current: &[u8],
    ) -> Answer<bool> {
        let saved = self.get(base_key(address, message_id)).await?;
        Ok(saved.is_some_and(|saved| saved == current))
    }

    async fn delete_base_key(&self, address: &str, message_id: &str) -> Answer<()> {
        Ok(self
            .stage(vec![Change::Delete(base_key(address, message_id))])
            .await?)
    }

    async fn update_device_list(&self, record: DeviceListRecord) -> Answer<()> {
        self.update_device_lists(vec![record]).await
    }

    async fn update_device_lists(&self, records: Vec<DeviceListRecord>) -> Answer<()> {
        let put =
            |record: &DeviceListRecord| Ok(Change::put(device_list(&record.user), encode(record)?));
        let changes = records.iter().map(put).collect::<Result<_, StoreError>>()?;
        Ok(self.stage(changes).await?)
    }

    async fn get_devices(&self, user: &str) -> Answer<Option<DeviceListRecord>> {
        let record = self.get(device_list(user)).await?;
        Ok(record.map(|record| decode(&record)).transpose()?)
    }

    async fn delete_devices(&self, user: &str) -> Answer<()> {
        Ok(self.stage(vec![Change::Delete(device_list(user))]).await?)
    }

    async fn get_group_metadata(&self, group_jid: &str) -> Answer<Option<Vec<u8>>> {
        Ok(self.get(group(group_jid)).await?.map(Vec::from))
    }

    async fn put_group_metadata(&self, group_jid: &str, blob: &[u8]) -> Answer<()> {
        Ok(self
            .stage(vec![Change::put(
                group(group_jid),
                Bytes::copy_from_slice(blob),
            )])
            .await?)
    }

    async fn delete_group_metadata(&self, group_jid: &str) -> Answer<()> {
        Ok(self.stage(vec![Change::Delete(group(group_jid))]).await?)
    }

    async fn get_tc_token(&self, jid: &str) -> Answer<Option<TcTokenEntry>> {
        Ok(self.token(jid).await?)
    }

    async fn put_tc_token(&self, jid: &str, entry: &TcTokenEntry) -> Answer<()> {
        Ok(self.put_token(jid, entry).await?)
    }

    async fn delete_tc_token(&self, jid: &str) -> Answer<()> {
        Ok(self.delete_token(jid).await?)
    }

    async fn get_all_tc_token_jids(&self) -> Answer<Vec<String>> {
        let keys = self.scan_keys(Scan::all(Kind::TcToken)).await?;
        Ok(keys
            .iter()
            .map(|key| text(&key.bytes))
            .collect::<Result<_, _>>()?)
    }

    async fn delete_expired_tc_tokens(
        &self,
        _token_cutoff: i64,
        _sender_cutoff: i64,
    ) -> Answer<u32> {
        Ok(0)
    }

    async fn touch_tc_token_sender_timestamp(
        &self,
        jid: &str,
        sender_timestamp: i64,
    ) -> Answer<()> {
        Ok(self.touch_token(jid, sender_timestamp).await?)
    }

    async fn store_received_tc_token(
        &self,
        jid: &str,
        token: &[u8],
        token_timestamp: i64,
    ) -> Answer<()> {
        Ok(self.receive_token(jid, token, token_timestamp).await?)
    }

    async fn store_sent_message(
        &self,
        chat_jid: &str,
        message_id: &str,
        payload: &[u8],
    ) -> Answer<()> {
        let put = Change::put_at(
            sent_message(chat_jid, message_id),
            Bytes::copy_from_slice(payload),
            now_secs(),
        );
        Ok(self.stage(vec![put]).await?)
    }

    /// It stays until the sweep: the library puts back what it takes, and whoever asks for the same message in between must
    /// find it. Everybody in an audience may ask for a status at once, and asks only once.
    async fn take_sent_message(&self, chat_jid: &str, message_id: &str) -> Answer<Option<Vec<u8>>> {
        let payload = self.get(sent_message(chat_jid, message_id)).await?;
        Ok(payload.map(Vec::from))
    }

    async fn delete_expired_sent_messages(&self, _cutoff_timestamp: i64) -> Answer<u32> {
        Ok(0)
    }

    async fn store_pending_inbound(
        &self,
        chat: &str,
        sender: &str,
        id: &str,
        message: &[u8],
    ) -> Answer<()> {
        Ok(self
            .stage_pending(&[PendingInboundRow {
                chat,
                sender,
                id,
                message,
            }])
            .await?)
    }

    async fn get_pending_inbound(
        &self,
        chat: &str,
        sender: &str,
        id: &str,
    ) -> Answer<Option<Vec<u8>>> {
        Ok(self.pending(chat, sender, id).await?)
    }

    async fn delete_pending_inbound(&self, chat: &str, sender: &str, id: &str) -> Answer<()> {
        Ok(self
            .remove_pending(&[PendingInboundKey { chat, sender, id }])
            .await?)
    }

    async fn delete_expired_pending_inbound(&self, _cutoff_timestamp: i64) -> Answer<u32> {
        Ok(0)
    }

    async fn store_pending_inbound_batch(&self, rows: &[PendingInboundRow<'_>]) -> Answer<()> {
        Ok(self.stage_pending(rows).await?)
    }

    async fn delete_pending_inbound_batch(&self, keys: &[PendingInboundKey<'_>]) -> Answer<()> {
        Ok(self.remove_pending(keys).await?)
    }
}
