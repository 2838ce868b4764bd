//! Bearer tokens: random, kept only as hashes, looked up without a database most of the time.

use dashmap::DashMap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::store::accounts::Caller;
use crate::store::{Store, StoreError};

/// SHA-256 of a token. Tokens have 122 random bits, so a plain hash cannot be searched.
pub type TokenHash = [u8; 32];

pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// A new token, and what is stored of it.
pub fn generate() -> (String, TokenHash) {
    let token = Uuid::new_v4().to_string();
    let hash = hash(&token);
    (token, hash)
}

/// Who calls, by token. Holds at most one entry per user: unknown tokens are not remembered.
pub struct Tokens {
    store: Store,
    known: DashMap<TokenHash, Caller>,
}

impl Tokens {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            known: DashMap::new(),
        }
    }

    /// The active user with this token.
    pub async fn caller(&self, token: &str) -> Result<Option<Caller>, StoreError> {
        let hash = hash(token);
        if let Some(caller) = self.known.get(&hash) {
            return Ok(Some(*caller));
        }
        let found = self.store.caller(&hash).await?;
        if let Some(caller) = found {
            self.known.insert(hash, caller);
        }
        Ok(found)
    }
}
