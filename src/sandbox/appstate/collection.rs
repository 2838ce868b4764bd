//! One collection: its records, its patches, and the hash that binds them.

use std::collections::{BTreeMap, HashMap, VecDeque};

use buffa::{Message, MessageField};
use serde::{Deserialize, Serialize};
use wacore_appstate::hash::{HashState, generate_patch_mac};
use wacore_appstate::{ExpandedAppStateKeys, Mutation};
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use waproto::whatsapp::{SyncdMutation, SyncdPatch, SyncdRecord, SyncdVersion};

use crate::sandbox::keys;
use crate::sandbox::persistence::{Journal, PersistenceError, Record, in_order};

/// Patches that are kept; whoever has missed more starts again from a snapshot.
const KEPT: usize = 256;

/// One collection in its present version.
pub struct Collection {
    hash: HashState,
    /// Current records by index MAC, encoded.
    pub(super) records: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The newest patches, encoded; the last one made the present version.
    patches: VecDeque<Vec<u8>>,
    pub(super) snapshot_mac: Vec<u8>,
    pub(super) key_id: Vec<u8>,
    /// The last snapshot file: version and encoded reference.
    pub(super) snapshot: Option<(u64, Vec<u8>)>,
}

/// Why a patch is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatchError {
    #[error("the patch is malformed")]
    Malformed,
    #[error("a MAC of the patch does not verify")]
    Mac,
}

/// What is kept of a collection beside its records and patches.
#[derive(Serialize, Deserialize)]
pub struct StoredCollection {
    version: u64,
    #[serde(with = "keys::base64_bytes")]
    hash: Vec<u8>,
    #[serde(with = "keys::base64_bytes")]
    snapshot_mac: Vec<u8>,
    #[serde(with = "keys::base64_bytes")]
    key_id: Vec<u8>,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            hash: HashState {
                version: 0,
                hash: [0; 128],
                ..Default::default()
            },
            records: BTreeMap::new(),
            patches: VecDeque::new(),
            snapshot_mac: Vec::new(),
            key_id: Vec::new(),
            snapshot: None,
        }
    }
}

impl Collection {
    pub fn version(&self) -> u64 {
        self.hash.version
    }

    /// Patches that lead from `version` to the present one; `None` when the first of them are gone.
    pub fn patches_since(&self, version: u64) -> Option<impl ExactSizeIterator<Item = &Vec<u8>>> {
        let missed = usize::try_from(self.version().saturating_sub(version)).ok()?;
        let known = self.patches.len().checked_sub(missed)?;
        Some(self.patches.range(known..))
    }

    /// The hash after `mutations`, without changing anything.
    pub fn hash_after(&self, mutations: &[SyncdMutation]) -> Result<HashState, PatchError> {
        let mut hash = HashState {
            version: self.version() + 1,
            ..Default::default()
        };
        hash.hash = self.hash.hash;
        let mut in_patch: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
        let (_, updated) = hash.update_hash(mutations, |index, position| {
            let earlier = in_patch.get(index).cloned();
            let previous = earlier.or_else(|| self.value_mac(index));
            if let Some(value) = mutations.get(position).and_then(value_mac_of) {
                in_patch.insert(index.to_vec(), value);
            }
            Ok(previous)
        });
        updated.map_err(|_| PatchError::Malformed)?;
        Ok(hash)
    }

    fn value_mac(&self, index: &[u8]) -> Option<Vec<u8>> {
        let record = SyncdRecord::decode_from_slice(self.records.get(index)?).ok()?;
        mac_of(record.value.blob.as_deref()?)
    }

    /// Applies a patch as a whole or not at all; checks its MACs where there are `keys`. Returns the new
    /// version, and what the keys made readable.
    pub fn apply(
        &mut self,
        owner: &str,
        name: &str,
        mut patch: SyncdPatch,
        mutations: &[SyncdMutation],
        keys: Option<ExpandedAppStateKeys>,
        journal: &mut Journal,
    ) -> Result<(u64, Vec<Mutation>), PatchError> {
        // Nothing is changed by a patch that cannot be applied as a whole.
        if mutations.iter().any(|m| m.record.index.blob.is_none()) {
            return Err(PatchError::Malformed);
        }
        let hash = self.hash_after(mutations)?;
        // The server fills the version in; clients push patches without one.
        patch.version = MessageField::some(SyncdVersion {
            version: Some(hash.version),
        });
        let readable = match keys {
            Some(keys) => verify(name, &patch, mutations, &hash, &keys)?,
            None => Vec::new(),
        };
        for mutation in mutations {
            self.change(owner, mutation, journal)?;
        }
        self.hash = hash;
        self.snapshot_mac = patch.snapshot_mac.clone().unwrap_or_default();
        self.key_id = patch.key_id.id.clone().unwrap_or_default();
        let encoded = patch.encode_to_vec();
        self.keep_patch(owner, encoded, journal);
        journal.put_json("app-collection", owner, "", &self.stored());
        Ok((self.version(), readable))
    }

    fn keep_patch(&mut self, owner: &str, patch: Vec<u8>, journal: &mut Journal) {
        journal.put("app-patch", owner, &in_order(self.version()), patch.clone());
        self.patches.push_back(patch);
        if self.patches.len() > KEPT {
            let oldest = self.version() + 1 - self.patches.len() as u64;
            journal.delete("app-patch", owner, &in_order(oldest));
            self.patches.pop_front();
        }
    }

    fn change(
        &mut self,
        owner: &str,
        mutation: &SyncdMutation,
        journal: &mut Journal,
    ) -> Result<(), PatchError> {
        let record = mutation.record.as_option().ok_or(PatchError::Malformed)?;
        let index = record.index.blob.clone().ok_or(PatchError::Malformed)?;
        let key = hex::encode(&index);
        if operation(mutation) == SyncdOperation::REMOVE {
            self.records.remove(&index);
            journal.delete("app-record", owner, &key);
        } else {
            let encoded = record.encode_to_vec();
            journal.put("app-record", owner, &key, encoded.clone());
            self.records.insert(index, encoded);
        }
        Ok(())
    }

    pub fn restore_patch(&mut self, patch: Vec<u8>) {
        self.patches.push_back(patch);
    }

    pub fn restore_record(&mut self, index: Vec<u8>, record: Vec<u8>) {
        self.records.insert(index, record);
    }

    fn stored(&self) -> StoredCollection {
        StoredCollection {
            version: self.version(),
            hash: self.hash.hash.to_vec(),
            snapshot_mac: self.snapshot_mac.clone(),
            key_id: self.key_id.clone(),
        }
    }

    pub fn restore(
        &mut self,
        stored: StoredCollection,
        record: &Record,
    ) -> Result<(), PersistenceError> {
        self.hash.version = stored.version;
        self.hash.hash = stored.hash.try_into().map_err(|_| record.corrupt())?;
        self.snapshot_mac = stored.snapshot_mac;
        self.key_id = stored.key_id;
        Ok(())
    }
}

fn verify(
    name: &str,
    patch: &SyncdPatch,
    mutations: &[SyncdMutation],
    hash: &HashState,
    keys: &ExpandedAppStateKeys,
) -> Result<Vec<Mutation>, PatchError> {
    let snapshot_mac = hash.generate_snapshot_mac(name, &keys.snapshot_mac);
    // The patch MAC covers the mutations even when they travel in a file of their own.
    let mut whole = patch.clone();
    whole.mutations = mutations.to_vec();
    let patch_mac = generate_patch_mac(&whole, name, &keys.patch_mac, hash.version);
    let matches = patch.snapshot_mac.as_deref() == Some(&snapshot_mac)
        && patch.patch_mac.as_deref() == Some(&patch_mac);
    if !matches {
        return Err(PatchError::Mac);
    }
    let key_id = patch.key_id.id.as_deref().unwrap_or_default();
    let decode = |mutation: &SyncdMutation| {
        let record = mutation.record.as_option().ok_or(PatchError::Malformed)?;
        wacore_appstate::decode_record(operation(mutation), record, keys, key_id, true)
            .map(|(readable, _)| readable)
            .map_err(|_| PatchError::Mac)
    };
    mutations.iter().map(decode).collect()
}

/// A mutation without an operation sets: 0 is the default of the enum.
fn operation(mutation: &SyncdMutation) -> SyncdOperation {
    let known = mutation
        .operation
        .and_then(|operation| operation.as_known());
    known.unwrap_or(SyncdOperation::SET)
}

fn value_mac_of(mutation: &SyncdMutation) -> Option<Vec<u8>> {
    mac_of(mutation.record.value.blob.as_deref()?)
}

fn mac_of(blob: &[u8]) -> Option<Vec<u8>> {
    Some(blob[blob.len().checked_sub(32)?..].to_vec())
}
