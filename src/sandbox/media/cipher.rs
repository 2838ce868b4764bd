//! The encryption of files: AES-256-CBC and a truncated HMAC under keys expanded from the media key.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};

use crate::sandbox::keys::{self, Key32};

/// What a file is for; each purpose has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    History,
    AppState,
    Image,
    Video,
    Audio,
    Document,
}

impl Kind {
    fn info(self) -> &'static [u8] {
        match self {
            Self::History => b"WhatsApp History Keys",
            Self::AppState => b"WhatsApp App State Keys",
            // Stickers are images in this, too.
            Self::Image => b"WhatsApp Image Keys",
            Self::Video => b"WhatsApp Video Keys",
            Self::Audio => b"WhatsApp Audio Keys",
            Self::Document => b"WhatsApp Document Keys",
        }
    }
}

const MAC: usize = 10;

/// An encrypted file with what its reader has to be told.
pub struct Sealed {
    pub file: Vec<u8>,
    pub media_key: Key32,
    pub plain_sha256: Key32,
    pub file_sha256: Key32,
    pub plain_length: u64,
}

struct Keys {
    iv: [u8; 16],
    cipher: Key32,
    mac: Key32,
}

fn expand(media_key: &[u8], kind: Kind) -> Keys {
    let expanded: [u8; 112] = keys::hkdf(media_key, None, kind.info());
    let part = |start: usize| {
        expanded[start..start + 32]
            .try_into()
            .expect("the range has 32 bytes")
    };
    Keys {
        iv: expanded[..16].try_into().expect("the range has 16 bytes"),
        cipher: part(16),
        mac: part(48),
    }
}

/// Encrypts a file under a new key.
pub fn seal(plaintext: &[u8], kind: Kind) -> Sealed {
    let media_key = keys::random();
    let Keys { iv, cipher, mac } = expand(&media_key, kind);
    let mut file = cbc::Encryptor::<Aes256>::new(&cipher.into(), &iv.into())
        .encrypt_padded_vec::<Pkcs7>(plaintext);
    let tag = keys::hmac_sha256(&mac, &[&iv, &file]);
    file.extend_from_slice(&tag[..MAC]);
    Sealed {
        file_sha256: keys::sha256(&file),
        file,
        media_key,
        plain_sha256: keys::sha256(plaintext),
        plain_length: plaintext.len() as u64,
    }
}

/// `None` when the file was not sealed with this key and purpose.
pub fn open(file: &[u8], media_key: &[u8], kind: Kind) -> Option<Vec<u8>> {
    let Keys { iv, cipher, mac } = expand(media_key, kind);
    let (sealed, tag) = file.split_at_checked(file.len().checked_sub(MAC)?)?;
    let expected = keys::hmac_sha256(&mac, &[&iv, sealed]);
    if expected[..MAC] != *tag {
        return None;
    }
    cbc::Decryptor::<Aes256>::new(&cipher.into(), &iv.into())
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .ok()
}
