//! App state as the server keeps it: versioned collections of records that it cannot read.

mod action;
mod call_log;
mod chats;
mod collection;
mod phone;
pub mod query;
mod snapshot;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wacore_appstate::{ExpandedAppStateKeys, Mutation, expand_app_state_keys};
use waproto::whatsapp::{SyncdMutation, SyncdPatch};

use super::keys::{self, Key32};
use super::persistence::{Journal, PersistenceError, Record};

pub use action::Action;
pub use chats::{ChatChange, ChatState};
use collection::{Collection, PatchError};

pub const CRITICAL_BLOCK: &str = "critical_block";
pub const CRITICAL_UNBLOCK_LOW: &str = "critical_unblock_low";
pub const REGULAR: &str = "regular";
pub const REGULAR_HIGH: &str = "regular_high";
pub const REGULAR_LOW: &str = "regular_low";

/// The five collections, in the order in which clients sync them.
pub const COLLECTIONS: [&str; 5] = [
    CRITICAL_BLOCK,
    CRITICAL_UNBLOCK_LOW,
    REGULAR_HIGH,
    REGULAR,
    REGULAR_LOW,
];

/// The key that the phone made and shares with each of its companions.
#[derive(Clone, Serialize, Deserialize)]
pub struct SyncKey {
    #[serde(with = "keys::base64_bytes")]
    pub id: [u8; 6],
    #[serde(with = "keys::base64_bytes")]
    pub data: Key32,
    pub timestamp: i64,
}

/// The five collections of one account, and the phone's key to them.
pub struct AppState {
    pub key: SyncKey,
    collections: BTreeMap<&'static str, Collection>,
}

impl AppState {
    /// Empty collections under a new key.
    pub fn create() -> Self {
        // Key ids are a 2-byte device number, 0 for the phone, and a 4-byte counter.
        let mut id = [0; 6];
        id[2..].copy_from_slice(&keys::random::<4>());
        let timestamp = chrono::Utc::now().timestamp_millis();
        Self::with(SyncKey {
            id,
            data: keys::random(),
            timestamp,
        })
    }

    fn with(key: SyncKey) -> Self {
        let collections = COLLECTIONS.map(|name| (name, Collection::default())).into();
        Self { key, collections }
    }

    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.get(name)
    }

    /// The keys that the account's key stands for, one per purpose.
    pub fn expanded(&self) -> ExpandedAppStateKeys {
        expand_app_state_keys(&self.key.data)
    }

    pub fn save_key(&self, owner: &str, journal: &mut Journal) {
        journal.put_json("app-key", owner, "", &self.key);
    }

    pub fn restore(record: &Record) -> Result<Self, PersistenceError> {
        Ok(Self::with(record.json()?))
    }

    /// Checks a patch, applies it and returns the new version, with what the phone could read in it.
    ///
    /// The MACs are checked with the phone's key. A patch under a key the phone never made cannot be
    /// checked, and is kept as the real server, which has no keys at all, would keep it.
    pub fn apply(
        &mut self,
        owner: &str,
        name: &str,
        patch: SyncdPatch,
        mutations: &[SyncdMutation],
        journal: &mut Journal,
    ) -> Result<(u64, Vec<Mutation>), PatchError> {
        let known = patch.key_id.id.as_deref() == Some(self.key.id.as_slice());
        let keys = known.then(|| self.expanded());
        let (name, collection) = self
            .collections
            .iter_mut()
            .find_map(|(known, collection)| (*known == name).then_some((*known, collection)))
            .ok_or(PatchError::Malformed)?;
        collection.apply(
            &format!("{owner}/{name}"),
            name,
            patch,
            mutations,
            keys,
            journal,
        )
    }

    pub fn restore_record(&mut self, name: &str, record: &Record) -> Result<(), PersistenceError> {
        let found = self
            .collections
            .iter_mut()
            .find(|(known, _)| **known == name);
        let (_, collection) = found.ok_or_else(|| record.corrupt())?;
        match record.kind.as_str() {
            "app-collection" => collection.restore(record.json()?, record)?,
            "app-patch" => collection.restore_patch(record.value.clone()),
            _ => {
                let index = hex::decode(&record.key).map_err(|_| record.corrupt())?;
                collection.restore_record(index, record.value.clone());
            }
        }
        Ok(())
    }
}
