//! What is known of chats, by the names of whoever is at the other side.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};

/// Only a paired device has chats. What is older than what is known says nothing.
const PUT: &str = "INSERT INTO chat (device, who, value, at) SELECT number, $1, $2, $3 FROM device \
    WHERE number = $4 AND account IS NOT NULL \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, at = excluded.at \
    WHERE excluded.at >= chat.at";
const GET: &str = "SELECT value FROM chat WHERE device = $1 AND who = $2";

impl Store {
    fn chat_name(&self, device: DeviceNumber, name: &str) -> Bytes {
        let namer = self.shared.key.namer("chat", device);
        Bytes::copy_from_slice(&namer.name(name.as_bytes()))
    }

    /// Keeps what is known of a chat since `at` (Unix seconds), to be committed with what says so.
    pub fn put_chat<T: Serialize>(
        &self,
        device: DeviceNumber,
        name: &str,
        chat: &T,
        at: i64,
    ) -> Result<Statement, StoreError> {
        let plain = serde_json::to_vec(chat)
            .map_err(|_| StoreError::Shape("a chat cannot be written as JSON"))?;
        let who = self.chat_name(device, name);
        let sealed = self.sealer("chat", device).seal(&who, &plain)?;
        Ok(Statement::new(PUT)
            .bind(who)
            .bind(sealed)
            .bind(at)
            .bind(device.0))
    }

    /// Keeps what is known of a chat; durable when answered.
    pub async fn keep_chat<T: Serialize>(
        &self,
        device: DeviceNumber,
        name: &str,
        chat: &T,
        at: i64,
    ) -> Result<(), StoreError> {
        let put = self.put_chat(device, name, chat, at)?;
        self.write(vec![put]).await.map(drop)
    }

    /// What is known of a chat. `None`: nothing.
    pub async fn chat<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        name: &str,
    ) -> Result<Option<T>, StoreError> {
        let who = self.chat_name(device, name);
        let get = Statement::new(GET).bind(device.0).bind(who.clone());
        let rows = self.read(get).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let plain = self.sealer("chat", device).unseal(&who, &row.blob(0)?)?;
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(|_| StoreError::Shape("a chat does not hold what it should"))
    }
}
