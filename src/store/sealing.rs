//! Sealing: AES-256-GCM over stored values, each bound to the place where it is stored.

mod key_file;
pub(super) mod names;

use std::path::PathBuf;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use bytes::Bytes;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{DeviceNumber, StoreError};

/// Layout of a sealed value: this byte, a nonce, the ciphertext with its tag.
const VERSION: u8 = 1;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// The secret that opens a store: 32 bytes from a key file. Whoever has it and the database can read everything.
pub struct SealingKey {
    bytes: Zeroizing<[u8; 32]>,
    path: Option<PathBuf>,
}

impl SealingKey {
    /// A key that is in no file, for tests and simulations.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self {
            bytes: Zeroizing::new(bytes),
            path: None,
        }
    }

    /// A sealer for one purpose and one device. Each has a key of its own, derived from this one, because random
    /// nonces are safe for 2^32 values under one key and a whole fleet writes more than that.
    pub fn sealer(&self, purpose: &str, device: DeviceNumber) -> Sealer {
        let mut key = Zeroizing::new([0; 32]);
        self.derive(b"wutsd sealing", purpose, device, &mut key);
        let cipher = Aes256Gcm::new_from_slice(key.as_slice()).expect("the key has 32 bytes");
        Sealer { cipher, device }
    }

    fn derive(&self, salt: &[u8], purpose: &str, device: DeviceNumber, key: &mut [u8; 32]) {
        Hkdf::<Sha256>::new(Some(salt), self.bytes.as_slice())
            .expand_multi_info(&[&device.0.to_be_bytes(), purpose.as_bytes()], key)
            .expect("32 bytes are less than the limit of HKDF");
    }

    /// How an operator knows this key.
    pub(super) fn name(&self) -> String {
        match &self.path {
            Some(path) => format!("the key in {}", path.display()),
            None => "the given key".to_owned(),
        }
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealingKey")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Seals and unseals the values of one device for one purpose.
pub struct Sealer {
    cipher: Aes256Gcm,
    device: DeviceNumber,
}

impl Sealer {
    /// Seals `plain` for `place`; it opens nowhere else.
    pub fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Bytes, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: &self.associated(place),
        };
        let ciphertext = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StoreError::Shape("a value is too large to seal"))?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed.into())
    }

    /// Opens what was sealed for `place`. A value that does not open is an error and never "absent".
    pub fn unseal(&self, place: &[u8], sealed: &[u8]) -> Result<Bytes, StoreError> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(StoreError::Unsealed);
        };
        let Some((nonce, ciphertext)) = rest.split_first_chunk::<NONCE_LEN>() else {
            return Err(StoreError::Unsealed);
        };
        if ciphertext.len() < TAG_LEN {
            return Err(StoreError::Unsealed);
        }
        let payload = Payload {
            msg: ciphertext,
            aad: &self.associated(place),
        };
        let plain = self.cipher.decrypt(&Nonce::from(*nonce), payload);
        plain.map(Bytes::from).map_err(|_| StoreError::Unsealed)
    }

    fn associated(&self, place: &[u8]) -> Vec<u8> {
        let mut associated = Vec::with_capacity(9 + place.len());
        associated.push(VERSION);
        associated.extend_from_slice(&self.device.0.to_be_bytes());
        associated.extend_from_slice(place);
        associated
    }
}
