//! The device's own record: its keys, its account and its counters.

use async_trait::async_trait;
use wacore::stats::StorageResourceReport;
use wacore::store::Device;
use wacore::store::traits::DeviceStore;

use super::codec::{decode, encode};
use super::{Answer, Change, Kind, RecordBackend, RecordKey};

fn own() -> RecordKey {
    RecordKey::only(Kind::Device)
}

#[async_trait]
impl DeviceStore for RecordBackend {
    /// Waits for the disk. Unchanged bytes are not written again, but an earlier save may still be on its way.
    async fn save(&self, device: &Device) -> Answer<()> {
        let encoded = encode(device)?;
        let unchanged = self
            .get(own())
            .await?
            .is_some_and(|stored| stored == encoded);
        let changes = if unchanged {
            Vec::new()
        } else {
            vec![Change::put(own(), encoded)]
        };
        Ok(self.commit(changes).await?)
    }

    /// `None` only if there is no device: the library would make a new one and save it over a record that it
    /// could not read.
    async fn load(&self) -> Answer<Option<Device>> {
        let device = self.get(own()).await?;
        Ok(device.map(|device| decode(&device)).transpose()?)
    }

    async fn exists(&self) -> Answer<bool> {
        Ok(RecordBackend::exists(self, own()).await?)
    }

    /// Makes a new device unless there is one. The library only logs the number.
    async fn create(&self) -> Answer<i32> {
        let encoded = encode(&Device::new())?;
        let turn = self.turn().await;
        if !RecordBackend::exists(self, own()).await? {
            self.stage_in(&turn, vec![Change::put(own(), encoded)])
                .await?;
        }
        drop(turn);
        self.settled().await?;
        Ok(i32::try_from(self.device.0).unwrap_or(i32::MAX))
    }

    /// The records are in the shared database, not in the memory of this device.
    async fn resource_report(&self) -> StorageResourceReport {
        StorageResourceReport {
            memory_bytes: Some(0),
            ..StorageResourceReport::default()
        }
    }
}
