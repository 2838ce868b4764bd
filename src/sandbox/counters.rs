//! What the server counts.

use serde::Serialize;

/// What has happened since the start.
#[derive(Default, Serialize)]
pub struct Counters {
    pub connections: u64,
    pub handshakes_failed: u64,
    pub pairings: u64,
    pub logins: u64,
    pub logins_refused: u64,
    pub queries: u64,
    pub queries_refused: u64,
    pub messages: u64,
    pub receipts: u64,
    /// Requests for a message that a device or phone could not read.
    pub retries: u64,
    pub decrypted: u64,
    pub undecryptable: u64,
    /// Posts of channels that came to phones.
    pub posts_read: u64,
    /// Messages to phones that were sealed with a message key for the second time.
    pub message_keys_reused: u64,
    pub uploads: u64,
    pub downloads: u64,
}
