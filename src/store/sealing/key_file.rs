//! The key file: 64 hexadecimal digits, or 32 raw bytes as a systemd credential may hold them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::SealingKey;
use crate::store::StoreError;

/// More than any valid key file has.
const MAX_LEN: u64 = 128;

impl SealingKey {
    /// Reads the key from `path`.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let unreadable = |error| StoreError::io("read the key file", path, error);
        let unfit = |problem| StoreError::KeyFile {
            path: path.to_owned(),
            problem,
        };
        let file = File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(unfit("is open to every user: chmod it to 0600"));
        }
        let mut content = Zeroizing::new(Vec::with_capacity(MAX_LEN as usize));
        file.take(MAX_LEN)
            .read_to_end(&mut content)
            .map_err(unreadable)?;
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
        write(path, &bytes).map_err(|error| StoreError::io("write the key file", path, error))?;
        Ok(Self {
            bytes,
            path: Some(path.to_owned()),
        })
    }

    /// Reads the key from `path`, or makes one there if the file does not exist.
    pub fn load_or_generate(path: &Path) -> Result<Self, StoreError> {
        let exists = path
            .try_exists()
            .map_err(|error| StoreError::io("read the key file", path, error))?;
        if exists {
            Self::load(path)
        } else {
            Self::generate_into(path)
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

fn write(path: &Path, bytes: &[u8; 32]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    let text = Zeroizing::new(format!("{}\n", Zeroizing::new(hex::encode(bytes)).as_str()));
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    // The name must survive a crash too: without this key the store is lost.
    File::open(folder)?.sync_all()
}
