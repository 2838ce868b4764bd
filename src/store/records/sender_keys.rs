//! Which devices of a group have our sender key.

use bytes::Bytes;

use super::codec::text;
use super::{Change, Kind, RecordBackend, RecordKey, Scan};
use crate::store::StoreError;

const HAS: &[u8] = &[1];
const HAS_NOT: &[u8] = &[0];

impl RecordBackend {
    /// The devices of a group that were noted, each with whether it has the key.
    pub(super) async fn sender_key_devices(
        &self,
        group: &str,
    ) -> Result<Vec<(String, bool)>, StoreError> {
        let records = self.scan(Scan::under(Kind::SenderKeyDevice, group)).await?;
        records
            .into_iter()
            .map(|(key, flag)| Ok((text(key.last_part())?, flag == HAS)))
            .collect()
    }

    /// Notes whether each of these devices of a group has the key.
    pub(super) async fn set_sender_key_devices(
        &self,
        group: &str,
        devices: &[(&str, bool)],
    ) -> Result<(), StoreError> {
        let put = |(device, has): &(&str, bool)| {
            let key = RecordKey::texts(Kind::SenderKeyDevice, [group, device]);
            Change::put(key, Bytes::from_static(if *has { HAS } else { HAS_NOT }))
        };
        self.stage(devices.iter().map(put).collect()).await
    }

    /// Forgets devices in all groups. Rare, so it looks through them all instead of keeping an index.
    pub(super) async fn forget_sender_key_devices(
        &self,
        devices: &[&str],
    ) -> Result<(), StoreError> {
        if devices.is_empty() {
            return Ok(());
        }
        let turn = self.turn().await;
        let keys = self.scan_keys(Scan::all(Kind::SenderKeyDevice)).await?;
        let named = |key: &RecordKey| {
            devices
                .iter()
                .any(|device| device.as_bytes() == key.last_part())
        };
        self.stage_in(
            &turn,
            keys.into_iter().filter(named).map(Change::Delete).collect(),
        )
        .await
    }
}
