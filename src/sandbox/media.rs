//! Encrypted files: what clients upload, and the history and snapshots that phones leave for them.

mod cipher;

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::keys;
use super::persistence::Journal;

pub use cipher::{Kind, open, seal};

/// All files together; the oldest go first, as they do at the real server after some weeks.
const CAPACITY: usize = 256 * 1024 * 1024;
const RECORD: &str = "media";

/// Files by the path part of their address.
#[derive(Default)]
pub struct Media {
    files: HashMap<String, Bytes>,
    order: VecDeque<String>,
    size: usize,
}

impl Media {
    /// Keeps a file under its hash and returns its `direct_path`.
    pub fn put(&mut self, journal: &mut Journal, file: Bytes) -> String {
        let path = format!("/v/t62.7118-24/{}", hex::encode(keys::sha256(&file)));
        if !self.files.contains_key(&path) {
            journal.put(RECORD, "", &path, file.to_vec());
            self.insert(path.clone(), file);
            self.evict(journal);
        }
        // A query is part of every real path: whatsmeow appends `&hash=…` to what it is given.
        format!(
            "{path}?ccb=11-4&oh={}&oe=7fffffff&_nc_sid=5e03e0",
            hex::encode(&path.as_bytes()[15..23])
        )
    }

    pub fn get(&self, direct_path: &str) -> Option<Bytes> {
        let path = direct_path.split('?').next()?;
        self.files.get(path).cloned()
    }

    pub fn remove(&mut self, journal: &mut Journal, direct_path: &str) -> bool {
        let path = direct_path.split('?').next().unwrap_or_default();
        let Some(file) = self.files.remove(path) else {
            return false;
        };
        self.size -= file.len();
        self.order.retain(|known| known != path);
        journal.delete(RECORD, "", path);
        true
    }

    pub fn restore(&mut self, path: String, file: Vec<u8>) {
        self.insert(path, file.into());
    }

    fn insert(&mut self, path: String, file: Bytes) {
        self.size += file.len();
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
