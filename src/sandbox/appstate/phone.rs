//! The phone writes into the collections: its actions become a patch that it signs.

use buffa::{Message, MessageField};
use wacore_appstate::encode_record;
use wacore_appstate::hash::generate_patch_mac;
use waproto::whatsapp::{KeyId, SyncdMutation, SyncdMutations, SyncdPatch, SyncdVersion};

use super::{Action, AppState, snapshot};
use crate::sandbox::keys;
use crate::sandbox::media::Media;
use crate::sandbox::persistence::Journal;

/// Mutations of more bytes than this travel in a file of their own. The real limit is unknown.
const INLINE: usize = 32 * 1024;

impl AppState {
    /// Writes `actions` as one patch of the phone and returns the new version.
    pub fn write(
        &mut self,
        owner: &str,
        name: &str,
        actions: &[Action],
        media: &mut Media,
        journal: &mut Journal,
    ) -> u64 {
        let mutations = self.sealed(actions);
        let mut patch = self.signed_patch(name, &mutations);
        // The MACs cover the mutations wherever they are.
        put_away(&mut patch, media, journal);
        let applied = self.apply(owner, name, patch, &mutations, journal);
        applied.expect("the phone's own patch verifies").0
    }

    fn sealed(&self, actions: &[Action]) -> Vec<SyncdMutation> {
        let expanded = self.expanded();
        let seal = |action: &Action| {
            let index = serde_json::to_vec(&action.index).expect("strings are plain data");
            let iv = keys::random();
            encode_record(
                action.operation,
                &index,
                &action.value,
                &expanded,
                &self.key.id,
                &iv,
                action.version,
            )
            .0
        };
        actions.iter().map(seal).collect()
    }

    /// The patch that makes the next version of a collection, with both of its MACs.
    fn signed_patch(&self, name: &str, mutations: &[SyncdMutation]) -> SyncdPatch {
        let expanded = self.expanded();
        let collection = self
            .collections
            .get(name)
            .expect("the phone names one of the five");
        let hash = collection
            .hash_after(mutations)
            .expect("the phone's own mutations are sound");
        let mut patch = SyncdPatch {
            version: MessageField::some(SyncdVersion {
                version: Some(hash.version),
            }),
            mutations: mutations.to_vec(),
            snapshot_mac: Some(hash.generate_snapshot_mac(name, &expanded.snapshot_mac)),
            key_id: MessageField::some(KeyId {
                id: Some(self.key.id.to_vec()),
            }),
            device_index: Some(0),
            ..Default::default()
        };
        let patch_mac = generate_patch_mac(&patch, name, &expanded.patch_mac, hash.version);
        patch.patch_mac = Some(patch_mac);
        patch
    }
}

/// Moves the mutations of a large patch into a file of their own.
fn put_away(patch: &mut SyncdPatch, media: &mut Media, journal: &mut Journal) {
    let external = SyncdMutations {
        mutations: std::mem::take(&mut patch.mutations),
    };
    let encoded = external.encode_to_vec();
    if encoded.len() > INLINE {
        let reference = snapshot::store(&encoded, media, journal);
        patch.external_mutations = MessageField::some(reference);
    } else {
        patch.mutations = external.mutations;
    }
}
