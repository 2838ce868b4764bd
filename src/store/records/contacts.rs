//! The address book: what the phone shares of its contacts. The library has no place for it, so it is ours.

use super::{Change, Kind, RecordBackend, RecordKey, Scan, codec};
use crate::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

impl RecordBackend {
    /// Keeps a contact under the JID that app state knows it by; in order with what else the life writes.
    pub async fn stage_contact<T: Serialize>(
        &self,
        jid: &str,
        contact: &T,
    ) -> Result<(), StoreError> {
        let key = RecordKey::text(Kind::Contact, jid);
        self.stage(vec![Change::put(key, codec::encode(contact)?)])
            .await
    }

    /// All contacts, in the order of their JIDs.
    pub async fn contacts<T: DeserializeOwned>(&self) -> Result<Vec<T>, StoreError> {
        let found = self.scan(Scan::all(Kind::Contact)).await?;
        found
            .iter()
            .map(|(_, value)| codec::decode(value))
            .collect()
    }
}
