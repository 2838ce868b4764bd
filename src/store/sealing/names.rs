//! Names that tell nothing: what is looked up by, without what it says.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealingKey;
use crate::store::{DeviceNumber, StoreError};

/// Of the 32 bytes of the hash: enough that no two names ever are the same.
pub const NAME_LEN: usize = 16;

/// Hashes names for one purpose and one device. Phone numbers are few: without the key nobody can try them all, and two
/// devices that know the same person cannot be told to.
pub struct Namer(Hmac<Sha256>);

impl SealingKey {
    /// For one purpose and one device.
    pub fn namer(&self, purpose: &str, device: DeviceNumber) -> Namer {
        let mut key = Zeroizing::new([0; 32]);
        self.derive(b"wutsd names", purpose, device, &mut key);
        Namer(Hmac::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length"))
    }
}

impl Namer {
    /// Always the same for the same name.
    pub fn name(&self, name: &[u8]) -> [u8; NAME_LEN] {
        let mut hash = self.0.clone();
        hash.update(name);
        let hash = hash.finalize().into_bytes();
        *hash
            .first_chunk()
            .expect("a hash has more bytes than a name")
    }
}

/// A value that tells its name, to be sealed under the hash of it.
pub fn with_name(name: &[u8], value: &[u8]) -> Zeroizing<Vec<u8>> {
    let parts = [&(name.len() as u32).to_be_bytes()[..], name, value];
    Zeroizing::new(parts.concat())
}

/// Name and value of what [`with_name`] has made.
pub fn split_name(plain: &Bytes) -> Result<(Bytes, Bytes), StoreError> {
    let length = plain
        .first_chunk::<4>()
        .map(|length| u32::from_be_bytes(*length) as usize);
    match length.and_then(|length| length.checked_add(4)) {
        Some(end) if end <= plain.len() => Ok((plain.slice(4..end), plain.slice(end..))),
        _ => Err(StoreError::Shape("a sealed value does not tell its name")),
    }
}
