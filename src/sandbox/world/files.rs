//! The files of the media host, and who may bring and fetch them.

use bytes::Bytes;

use super::World;
use crate::sandbox::address::Address;
use crate::sandbox::media::{Media, token};
use crate::sandbox::stanza;

impl World {
    pub fn media(&self) -> &Media {
        &self.media
    }

    pub fn media_mut(&mut self) -> &mut Media {
        &mut self.media
    }

    /// Keeps a file and returns its `direct_path`.
    pub fn keep_file(&mut self, file: Bytes) -> String {
        self.media.put(&mut self.journal, file)
    }

    /// Keeps a file that everybody can read, and returns its `direct_path`.
    pub fn keep_plain_file(&mut self, file: Bytes) -> String {
        self.media.put_plain(&mut self.journal, file)
    }

    /// False when there is no such file.
    pub fn remove_file(&mut self, direct_path: &str) -> bool {
        self.media.remove(&mut self.journal, direct_path)
    }

    /// Forgets every file, as time does. Returns how many there were.
    pub fn expire_files(&mut self, on_phones: bool) -> usize {
        self.media.expire(&mut self.journal, on_phones)
    }

    /// A phone uploads what has expired once more; where it lies then.
    pub fn put_file_again(&mut self, direct_path: &str) -> Option<String> {
        self.media.put_again(&mut self.journal, direct_path)
    }

    /// What lets a device upload, for `token::AUTH_TTL` seconds.
    pub fn media_token(&self, device: &Address) -> String {
        token::issue(&self.media_secret, device, stanza::now())
    }

    /// The device that a token was made for, while it holds.
    pub fn media_bearer(&self, auth: &str) -> Option<Address> {
        token::bearer(&self.media_secret, auth, stanza::now())
    }
}
