//! Snapshots: all current records of a collection as one encrypted file.

use buffa::{Message, MessageField};
use waproto::whatsapp::{
    ExternalBlobReference, KeyId, SyncdMutation, SyncdMutations, SyncdPatch, SyncdRecord,
    SyncdSnapshot, SyncdVersion,
};

use super::AppState;
use super::collection::{Collection, PatchError};
use crate::sandbox::media::{self, Kind, Media};
use crate::sandbox::persistence::Journal;

/// How a snapshot is made not to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// Its MAC is another.
    Mac,
    /// Its first record is there twice.
    Twice,
}

impl AppState {
    /// The encoded reference to a snapshot of the present version; `None` for an empty collection.
    pub fn snapshot(
        &mut self,
        name: &str,
        spoilt: Option<Spoilt>,
        media: &mut Media,
        journal: &mut Journal,
    ) -> Option<Vec<u8>> {
        let found = self
            .collections
            .iter_mut()
            .find(|(known, _)| **known == name);
        let (_, collection) = found?;
        match spoilt {
            Some(how) => collection.spoilt_snapshot(how, media, journal),
            None => collection.snapshot(media, journal),
        }
    }
}

impl Collection {
    fn snapshot(&mut self, media: &mut Media, journal: &mut Journal) -> Option<Vec<u8>> {
        let version = self.version();
        if version == 0 {
            return None;
        }
        if let Some((made_at, reference)) = &self.snapshot
            && *made_at == version
            && media.get(&direct_path(reference)).is_some()
        {
            return Some(reference.clone());
        }
        let reference = store(&self.as_snapshot().encode_to_vec(), media, journal).encode_to_vec();
        self.snapshot = Some((version, reference.clone()));
        Some(reference)
    }

    fn spoilt_snapshot(
        &self,
        how: Spoilt,
        media: &mut Media,
        journal: &mut Journal,
    ) -> Option<Vec<u8>> {
        if self.version() == 0 {
            return None;
        }
        let mut snapshot = self.as_snapshot();
        match how {
            Spoilt::Mac => spoil(&mut snapshot.mac),
            Spoilt::Twice => snapshot.records.extend(snapshot.records.first().cloned()),
        }
        Some(store(&snapshot.encode_to_vec(), media, journal).encode_to_vec())
    }

    fn as_snapshot(&self) -> SyncdSnapshot {
        let records = self.records.values();
        SyncdSnapshot {
            version: MessageField::some(SyncdVersion {
                version: Some(self.version()),
            }),
            records: records
                .filter_map(|r| SyncdRecord::decode_from_slice(r).ok())
                .collect(),
            mac: Some(self.snapshot_mac.clone()),
            key_id: MessageField::some(KeyId {
                id: Some(self.key_id.clone()),
            }),
        }
    }
}

/// Leaves something large as an encrypted file and says where it lies.
pub fn store(plain: &[u8], media: &mut Media, journal: &mut Journal) -> ExternalBlobReference {
    let sealed = media::seal(plain, Kind::AppState);
    let direct_path = media.put(journal, sealed.file.into());
    ExternalBlobReference {
        media_key: Some(sealed.media_key.to_vec()),
        direct_path: Some(direct_path),
        handle: Some(hex::encode(&sealed.file_sha256[..16])),
        file_size_bytes: Some(sealed.plain_length),
        file_sha256: Some(sealed.plain_sha256.to_vec()),
        file_enc_sha256: Some(sealed.file_sha256.to_vec()),
    }
}

/// The same patch with MACs that do not verify.
pub fn spoil_patch(patch: &[u8]) -> Vec<u8> {
    let Ok(mut patch) = SyncdPatch::decode_from_slice(patch) else {
        return patch.to_vec();
    };
    spoil(&mut patch.snapshot_mac);
    spoil(&mut patch.patch_mac);
    patch.encode_to_vec()
}

fn spoil(mac: &mut Option<Vec<u8>>) {
    if let Some(last) = mac.as_mut().and_then(|mac| mac.last_mut()) {
        *last ^= 1;
    }
}

fn direct_path(reference: &[u8]) -> String {
    let reference = ExternalBlobReference::decode_from_slice(reference).unwrap_or_default();
    reference.direct_path.unwrap_or_default()
}

/// The mutations of a patch, also when they were too many to travel inline.
pub fn mutations(patch: &SyncdPatch, media: &Media) -> Result<Vec<SyncdMutation>, PatchError> {
    let Some(reference) = patch.external_mutations.as_option() else {
        return Ok(patch.mutations.clone());
    };
    let path = reference
        .direct_path
        .as_deref()
        .ok_or(PatchError::Malformed)?;
    let key = reference
        .media_key
        .as_deref()
        .ok_or(PatchError::Malformed)?;
    let file = media.get(path).ok_or(PatchError::Malformed)?;
    let plain = media::open(&file, key, Kind::AppState).ok_or(PatchError::Mac)?;
    let external = SyncdMutations::decode_from_slice(&plain).map_err(|_| PatchError::Malformed)?;
    Ok(external.mutations)
}
