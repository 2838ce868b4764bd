//! App-state and media cryptography once more, from the protocol's description alone: what the server
//! and its phones compute must agree with this.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

pub fn hkdf<const N: usize>(secret: &[u8], info: &str) -> [u8; N] {
    // Extract with a salt of zeros, then expand, as RFC 5869 says.
    let extracted = hmac256(&[0; 32], &[secret]);
    let (mut out, mut block) = (Vec::new(), Vec::new());
    for counter in 1u8.. {
        if out.len() >= N {
            break;
        }
        block = hmac256(&extracted, &[&block, info.as_bytes(), &[counter]]).to_vec();
        out.extend_from_slice(&block);
    }
    out[..N].try_into().unwrap()
}

pub fn hmac256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// The plaintext of a media file.
pub fn open_media(file: &[u8], media_key: &[u8], info: &str) -> Vec<u8> {
    let keys: [u8; 112] = hkdf(media_key, info);
    let (sealed, mac) = file.split_at(file.len() - 10);
    assert_eq!(hmac256(&keys[48..80], &[&keys[..16], sealed])[..10], *mac);
    let (key, iv): ([u8; 32], [u8; 16]) = (
        keys[16..48].try_into().unwrap(),
        keys[..16].try_into().unwrap(),
    );
    cbc::Decryptor::<Aes256>::new(&key.into(), &iv.into())
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .unwrap()
}

pub struct StateKeys {
    index: [u8; 32],
    encryption: [u8; 32],
    value_mac: [u8; 32],
    snapshot_mac: [u8; 32],
    patch_mac: [u8; 32],
}

impl StateKeys {
    pub fn expand(key_data: &[u8]) -> Self {
        let keys: [u8; 160] = hkdf(key_data, "WhatsApp Mutation Keys");
        let part = |n: usize| keys[n * 32..][..32].try_into().unwrap();
        Self {
            index: part(0),
            encryption: part(1),
            value_mac: part(2),
            snapshot_mac: part(3),
            patch_mac: part(4),
        }
    }

    pub fn index_mac(&self, index: &str) -> [u8; 32] {
        hmac256(&self.index, &[index.as_bytes()])
    }

    /// iv ‖ ciphertext ‖ MAC of a SET.
    pub fn seal_value(&self, key_id: &[u8], plain: &[u8]) -> Vec<u8> {
        let iv = [9u8; 16];
        let mut blob = iv.to_vec();
        blob.extend(
            cbc::Encryptor::<Aes256>::new(&self.encryption.into(), &iv.into())
                .encrypt_padded_vec::<Pkcs7>(plain),
        );
        let mac = self.content_mac(1, key_id, &blob);
        blob.extend_from_slice(&mac);
        blob
    }

    /// The plaintext of a value blob, whose MAC has to be right.
    pub fn open_value(&self, operation: u8, key_id: &[u8], blob: &[u8]) -> Vec<u8> {
        let (sealed, mac) = blob.split_at(blob.len() - 32);
        assert_eq!(self.content_mac(operation, key_id, sealed), mac);
        let iv: [u8; 16] = sealed[..16].try_into().unwrap();
        cbc::Decryptor::<Aes256>::new(&self.encryption.into(), &iv.into())
            .decrypt_padded_vec::<Pkcs7>(&sealed[16..])
            .unwrap()
    }

    fn content_mac(&self, operation: u8, key_id: &[u8], sealed: &[u8]) -> Vec<u8> {
        let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(&self.value_mac).unwrap();
        mac.update(&[operation]);
        mac.update(key_id);
        mac.update(sealed);
        mac.update(&(key_id.len() as u64 + 1).to_be_bytes());
        mac.finalize().into_bytes()[..32].to_vec()
    }

    pub fn snapshot_mac(&self, hash: &LtHash, version: u64, name: &str) -> [u8; 32] {
        let parts: [&[u8]; 3] = [&hash.0, &version.to_be_bytes(), name.as_bytes()];
        hmac256(&self.snapshot_mac, &parts)
    }

    pub fn patch_mac(&self, snapshot: &[u8], macs: &[&[u8]], version: u64, name: &str) -> [u8; 32] {
        let macs = macs.concat();
        let parts: [&[u8]; 4] = [snapshot, &macs, &version.to_be_bytes(), name.as_bytes()];
        hmac256(&self.patch_mac, &parts)
    }
}

/// 64 little-endian numbers that wrap around.
pub struct LtHash(pub [u8; 128]);

impl LtHash {
    pub fn add(&mut self, value_mac: &[u8]) {
        self.change(value_mac, u16::wrapping_add);
    }

    pub fn subtract(&mut self, value_mac: &[u8]) {
        self.change(value_mac, u16::wrapping_sub);
    }

    fn change(&mut self, value_mac: &[u8], operation: fn(u16, u16) -> u16) {
        let other: [u8; 128] = hkdf(value_mac, "WhatsApp Patch Integrity");
        for at in (0..128).step_by(2) {
            let number = |bytes: &[u8; 128]| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            let changed = operation(number(&self.0), number(&other));
            self.0[at..at + 2].copy_from_slice(&changed.to_le_bytes());
        }
    }
}

#[test]
fn hkdf_gives_what_rfc_5869_publishes_for_an_absent_salt() {
    let expected =
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
    assert_eq!(hex::encode(hkdf::<42>(&[0x0b; 22], "")), expected);
}
