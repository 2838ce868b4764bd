//! The key file: 64 hexadecimal digits, or 32 raw bytes as a systemd credential may hold them.

use std::path::Path;

use zeroize::Zeroizing;

use super::SealingKey;
use crate::private_file::{self, Unfit};
use crate::store::{StoreError, folder};

/// More than any valid key file has.
const MAX_LEN: u64 = 128;

impl SealingKey {
    /// Reads the key from `path`.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let unfit = |problem| StoreError::KeyFile {
            path: path.to_owned(),
            problem,
        };
        let content = private_file::read(path, MAX_LEN).map_err(|error| match error {
            Unfit::Unreadable(error) => StoreError::io("read the key file", path, error),
            Unfit::Exposed(problem) => unfit(problem),
        })?;
        let bytes =
            decode(&content).ok_or_else(|| unfit("must hold 64 hexadecimal digits or 32 bytes"))?;
        Ok(Self {
            bytes,
            path: Some(path.to_owned()),
        })
    }

    /// Makes a new key and writes it to `path`, which must not exist. The file is there whole or not at all.
    pub fn generate_into(path: &Path) -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        let text = Zeroizing::new(format!(
            "{}\n",
            Zeroizing::new(hex::encode(&bytes)).as_str()
        ));
        private_file::create(path, text.as_bytes())
            .map_err(|error| StoreError::io("write the key file", path, error))?;
        Ok(Self {
            bytes,
            path: Some(path.to_owned()),
        })
    }

    /// Reads `store.key` in a data folder, or makes it where there is no database yet: what is sealed already opens with
    /// its own key and with no other.
    pub fn of_folder(data: &Path) -> Result<Self, StoreError> {
        let path = data.join("store.key");
        let exists = path
            .try_exists()
            .map_err(|error| StoreError::io("read the key file", &path, error))?;
        if exists {
            return Self::load(&path);
        }
        match folder::holds_database(data)? {
            true => Err(StoreError::NoKey { path }),
            false => Self::generate_into(&path),
        }
    }
}

fn decode(content: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    if content.len() == bytes.len() {
        bytes.copy_from_slice(content);
    } else {
        hex::decode_to_slice(content.trim_ascii(), bytes.as_mut_slice()).ok()?;
    }
    Some(bytes)
}
