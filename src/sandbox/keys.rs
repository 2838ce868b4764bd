//! The few cryptographic calls that pairing, Noise and the phones share, over well-kept crates.

use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt as _;
use sha2::{Digest, Sha256};
use wacore_libsignal::protocol::{KeyPair, PrivateKey, PublicKey};

/// 32 bytes of an X25519 key, without the `05` type byte that some fields carry.
pub type Key32 = [u8; 32];

/// Bytes from the system's random generator.
pub fn random<const N: usize>() -> [u8; N] {
    rand::rng().random()
}

pub fn random_below(limit: u64) -> u64 {
    rand::rng().random_range(0..limit)
}

pub fn generate() -> KeyPair {
    KeyPair::generate(&mut rand::rng())
}

/// A public key without its type byte.
pub fn public32(key: &PublicKey) -> Key32 {
    key.public_key_bytes()
        .try_into()
        .expect("an X25519 public key has 32 bytes")
}

/// XEdDSA over the concatenation of `parts`.
pub fn sign(key: &PrivateKey, parts: &[&[u8]]) -> [u8; 64] {
    key.calculate_signature_for_multipart_message(parts, &mut rand::rng())
        .expect("an X25519 private key always signs")
}

/// Whether `signature` is XEdDSA over the concatenation of `parts`. `key` without type byte.
pub fn verify(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    PublicKey::from_djb_public_key_bytes(key)
        .is_ok_and(|key| key.verify_signature_for_multipart_message(parts, signature))
}

/// The X25519 agreement, `None` for a malformed or small-order public key.
pub fn agree(private: &PrivateKey, public: &[u8]) -> Option<Key32> {
    let public = PublicKey::from_djb_public_key_bytes(public).ok()?;
    private.calculate_agreement(&public).ok()
}

/// HMAC-SHA-256 over the concatenation of `parts`.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes any key");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// HKDF-SHA-256; without salt, one of zeros.
pub fn hkdf<const N: usize>(secret: &[u8], salt: Option<&[u8]>, info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    hkdf::Hkdf::<Sha256>::new(salt, secret)
        .expand(info, &mut out)
        .expect("the lengths in use are far below the limit of HKDF");
    out
}

/// Keeps byte strings readable and short in JSON records.
pub mod base64_bytes {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: impl AsRef<[u8]>, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D, T>(input: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: TryFrom<Vec<u8>>,
    {
        let text = String::deserialize(input)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(D::Error::custom)?;
        T::try_from(bytes).map_err(|_| D::Error::custom("wrong number of bytes"))
    }
}
