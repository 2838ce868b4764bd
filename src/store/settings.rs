//! Small things that a device must still know in its next life.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};

const PUT: &str = "INSERT INTO setting (device, name, value) VALUES ($1, $2, $3) \
    ON CONFLICT (device, name) DO UPDATE SET value = excluded.value";
const GET: &str = "SELECT value FROM setting WHERE device = $1 AND name = $2";
const DELETE: &str = "DELETE FROM setting WHERE device = $1 AND name = $2";

impl Store {
    /// Keeps a value under a name of ours; durable when answered.
    pub async fn put_setting<T: Serialize>(
        &self,
        device: DeviceNumber,
        name: &'static str,
        value: &T,
    ) -> Result<(), StoreError> {
        let plain = serde_json::to_vec(value)
            .map_err(|_| StoreError::Shape("a setting cannot be written as JSON"))?;
        let sealed = self
            .sealer("setting", device)
            .seal(name.as_bytes(), &plain)?;
        let put = Statement::new(PUT).bind(device.0).bind(name).bind(sealed);
        self.write(vec![put]).await.map(drop)
    }

    /// What was kept under a name. `None`: nothing.
    pub async fn setting<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        name: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let rows = self
            .read(Statement::new(GET).bind(device.0).bind(name))
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let plain = self
            .sealer("setting", device)
            .unseal(name.as_bytes(), &row.blob(0)?)?;
        serde_json::from_slice(&plain)
            .map_err(|_| StoreError::Shape("a setting does not hold what it should"))
    }

    /// Forgets it; durable when answered.
    pub async fn delete_setting(
        &self,
        device: DeviceNumber,
        name: &'static str,
    ) -> Result<(), StoreError> {
        let delete = Statement::new(DELETE).bind(device.0).bind(name);
        self.write(vec![delete]).await.map(drop)
    }
}
