//! Encrypted files: what clients upload, and the history and snapshots that phones leave for them.

mod cipher;
pub mod token;

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::{Bytes, BytesMut};

use super::keys::{self, Key32};
use super::persistence::Journal;

pub use cipher::{Kind, open, seal};

/// All files together; the oldest go first, as they do at the real server after some weeks.
const CAPACITY: usize = 256 * 1024 * 1024;
/// Interrupted uploads that may go on; more begin again.
const PARTIAL: usize = 32;
/// Paths known to have expired, and files whose contents are known.
const REMEMBERED: usize = 4096;
const RECORD: &str = "media";
const FOLDER: &str = "/v/t62.7118-24/";
/// Of what is not encrypted.
const PLAIN: &str = "/m1/v/t24/";

/// Files by the path part of their address.
#[derive(Default)]
pub struct Media {
    files: HashMap<String, Bytes>,
    order: VecDeque<String>,
    size: usize,
    expired: HashSet<String>,
    /// What senders' phones still have of what has expired.
    on_phones: HashMap<String, Bytes>,
    /// The beginnings of interrupted uploads, by the token that names the whole file.
    partial: HashMap<String, BytesMut>,
    /// A file that goes to many phones is decrypted once.
    described: HashMap<(String, Vec<u8>), Plain>,
}

/// What is at an address.
pub enum Found {
    File(Bytes),
    Expired,
    Unknown,
}

/// What is in an encrypted file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain {
    pub size: u64,
    pub sha256: Key32,
}

impl Media {
    /// Keeps a file under its hash and returns its `direct_path`.
    pub fn put(&mut self, journal: &mut Journal, file: Bytes) -> String {
        let path = path_of(&keys::sha256(&file));
        if !self.files.contains_key(&path) {
            journal.put(RECORD, "", &path, file.to_vec());
            self.insert(path.clone(), file);
            self.evict(journal);
        }
        with_query(&path)
    }

    /// Keeps a file that everybody can read, and returns its `direct_path`.
    pub fn put_plain(&mut self, journal: &mut Journal, file: Bytes) -> String {
        let path = plain_path_of(&keys::sha256(&file));
        if !self.files.contains_key(&path) {
            journal.put(RECORD, "", &path, file.to_vec());
            self.insert(path.clone(), file);
            self.evict(journal);
        }
        with_query(&path)
    }

    /// The `direct_path` of a file that everybody can read and that is here already, by its SHA-256.
    pub fn plain_path(&self, hash: &[u8]) -> Option<String> {
        let path = plain_path_of(hash);
        self.files.contains_key(&path).then(|| with_query(&path))
    }

    pub fn get(&self, direct_path: &str) -> Option<Bytes> {
        self.files.get(path_part(direct_path)).cloned()
    }

    pub fn find(&self, direct_path: &str) -> Found {
        let path = path_part(direct_path);
        match self.files.get(path) {
            Some(file) => Found::File(file.clone()),
            None if self.expired.contains(path) => Found::Expired,
            None => Found::Unknown,
        }
    }

    /// The `direct_path` of a file that is here already, by the SHA-256 of its ciphertext.
    pub fn direct_path(&self, hash: &[u8]) -> Option<String> {
        let path = path_of(hash);
        self.files.contains_key(&path).then(|| with_query(&path))
    }

    /// False when there is no such file; afterwards its address has expired.
    pub fn remove(&mut self, journal: &mut Journal, direct_path: &str) -> bool {
        let path = path_part(direct_path);
        let Some(file) = self.files.remove(path) else {
            return false;
        };
        self.size -= file.len();
        self.order.retain(|known| known != path);
        if self.expired.len() >= REMEMBERED {
            self.expired.clear();
        }
        self.expired.insert(path.to_owned());
        journal.delete(RECORD, "", path);
        true
    }

    /// Forgets every file, as time does; phones still have what they have sent, or have deleted it too. Returns how many
    /// there were.
    pub fn expire(&mut self, journal: &mut Journal, on_phones: bool) -> usize {
        let all: Vec<(String, Bytes)> = self.files.clone().into_iter().collect();
        for (path, _) in &all {
            self.remove(journal, path);
        }
        let expired = all.len();
        self.on_phones = match on_phones {
            true => HashMap::new(),
            false => all.into_iter().collect(),
        };
        expired
    }

    /// A phone uploads what has expired once more; it lies elsewhere then. `None`: the phone has it no longer.
    pub fn put_again(&mut self, journal: &mut Journal, direct_path: &str) -> Option<String> {
        let path = path_part(direct_path);
        let file = self.on_phones.get(path).or_else(|| self.files.get(path))?;
        let file = file.clone();
        let path = format!(
            "{}-{}",
            path_of(&keys::sha256(&file)),
            hex::encode(keys::random::<4>())
        );
        journal.put(RECORD, "", &path, file.to_vec());
        self.insert(path.clone(), file);
        self.evict(journal);
        Some(with_query(&path))
    }

    pub fn restore(&mut self, path: String, file: Vec<u8>) {
        self.insert(path, file.into());
    }

    /// Size and hash of the decrypted file; `None` when it is not here or the key is not its own.
    pub fn describe(&mut self, direct_path: &str, media_key: &[u8], kind: Kind) -> Option<Plain> {
        let key = (path_part(direct_path).to_owned(), media_key.to_vec());
        if let Some(known) = self.described.get(&key) {
            return Some(*known);
        }
        let plain = open(self.files.get(&key.0)?, media_key, kind)?;
        let described = Plain {
            size: plain.len() as u64,
            sha256: keys::sha256(&plain),
        };
        if self.described.len() >= REMEMBERED {
            self.described.clear();
        }
        self.described.insert(key, described);
        Some(described)
    }

    /// Bytes of an interrupted upload that are here.
    pub fn partial(&self, token: &str) -> usize {
        self.partial.get(token).map_or(0, BytesMut::len)
    }

    /// The first `offset` bytes of an upload that goes on; `None` when they are not here.
    pub fn take_partial(&mut self, token: &str, offset: usize) -> Option<BytesMut> {
        let mut earlier = self.partial.remove(token).unwrap_or_default();
        if offset > earlier.len() {
            return None;
        }
        earlier.truncate(offset);
        Some(earlier)
    }

    /// Keeps the beginning of an upload that broke off.
    pub fn keep_partial(&mut self, token: &str, file: BytesMut) {
        if self.partial.len() >= PARTIAL {
            self.partial.clear();
        }
        self.partial.insert(token.to_owned(), file);
    }

    fn insert(&mut self, path: String, file: Bytes) {
        self.size += file.len();
        self.expired.remove(&path);
        self.order.push_back(path.clone());
        self.files.insert(path, file);
    }

    fn evict(&mut self, journal: &mut Journal) {
        while self.size > CAPACITY && self.order.len() > 1 {
            let Some(oldest) = self.order.front().cloned() else {
                return;
            };
            self.remove(journal, &oldest);
        }
    }
}

fn path_of(hash: &[u8]) -> String {
    format!("{FOLDER}{}", hex::encode(hash))
}

fn plain_path_of(hash: &[u8]) -> String {
    format!("{PLAIN}{}", hex::encode(hash))
}

fn path_part(direct_path: &str) -> &str {
    direct_path.split('?').next().unwrap_or_default()
}

/// A query is part of every real path: whatsmeow appends `&hash=…` to what it is given.
fn with_query(path: &str) -> String {
    format!(
        "{path}?ccb=11-4&oh={}&oe=7fffffff&_nc_sid=5e03e0",
        hex::encode(&path.as_bytes()[15..23])
    )
}
