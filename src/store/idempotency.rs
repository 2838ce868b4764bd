//! What was asked for under an `Idempotency-Key`, and what was answered to it.

use bytes::Bytes;

use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};
use crate::ids::UserId;

/// How long a key is remembered, in seconds.
pub(super) const KEPT: i64 = 24 * 3600;

/// A request under a key: whose, and hashes of the key and of all that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// Whose key it is.
    pub user: UserId,
    /// SHA-256 of the key.
    pub key: [u8; 32],
    /// SHA-256 of everything that decides about what is done.
    pub request: [u8; 32],
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// Something else was asked for under it.
    Different,
    /// Nothing was asked for under it before: it is done under the new message id.
    New,
    /// The same was asked for, and nobody knows how it ended: it is done under this message id.
    Open(String),
    /// The same was asked for, and this was the answer.
    Answered(Bytes),
}

/// Takes the key, unless it is taken; a key that is too old is free.
const FREE: &str = "DELETE FROM idempotency WHERE user_id = $1 AND key_hash = $2 AND at < $3";
const TAKE: &str = "INSERT INTO idempotency (user_id, key_hash, request_hash, message_id, at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, key_hash) DO NOTHING";
const FIND: &str =
    "SELECT request_hash, message_id, answer FROM idempotency WHERE user_id = $1 AND key_hash = $2";
/// What was answered to it has not failed meanwhile.
const SETTLE: &str =
    "UPDATE idempotency SET answer = $1 WHERE user_id = $2 AND key_hash = $3 AND failed = 0";
const RESUME: &str =
    "UPDATE idempotency SET failed = 0 WHERE user_id = $1 AND key_hash = $2 AND failed = 1";
const REOPEN: &str = "UPDATE idempotency SET answer = NULL, failed = 1 WHERE message_id = $1";
const FREE_OPEN: &str =
    "DELETE FROM idempotency WHERE user_id = $1 AND key_hash = $2 AND answer IS NULL";

impl Store {
    /// Takes a key, or tells what is known of it; durable when answered. `message_id`: for a key that is new. `now`: Unix
    /// seconds.
    pub async fn take_key(
        &self,
        asked: &Asked,
        message_id: &str,
        now: i64,
    ) -> Result<Known, StoreError> {
        let of_key = |sql| {
            let statement = Statement::new(sql).bind(asked.user.to_string());
            statement.bind(asked.key.to_vec())
        };
        let take = of_key(TAKE).bind(asked.request.to_vec());
        let unit = vec![
            of_key(FREE).bind(now - KEPT),
            take.bind(message_id).bind(now),
            of_key(RESUME),
            of_key(FIND),
        ];
        let found = self.write(unit).await?.pop().unwrap_or_default();
        let row = found
            .first()
            .ok_or(StoreError::Shape("a key that was taken is not there"))?;
        if row.blob(0)? != asked.request[..] {
            return Ok(Known::Different);
        }
        Ok(match row.optional_blob(2)? {
            Some(sealed) => {
                let sealer = self.sealer("idempotency", DeviceNumber::NOBODY);
                Known::Answered(sealer.unseal(&place(asked), &sealed)?)
            }
            None if row.text(1)? == message_id => Known::New,
            None => Known::Open(row.text(1)?.to_owned()),
        })
    }

    /// Frees a key under which nothing was done: it may mean something else now; durable when answered.
    pub async fn free_key(&self, asked: &Asked) -> Result<(), StoreError> {
        let free = Statement::new(FREE_OPEN).bind(asked.user.to_string());
        self.write(vec![free.bind(asked.key.to_vec())])
            .await
            .map(drop)
    }

    /// Keeps the answer for whoever asks again, unless what it promises has failed already; durable when answered.
    pub async fn settle_key(&self, asked: &Asked, answer: &[u8]) -> Result<(), StoreError> {
        let sealer = self.sealer("idempotency", DeviceNumber::NOBODY);
        let sealed = sealer.seal(&place(asked), answer)?;
        let settle = Statement::new(SETTLE).bind(sealed);
        let settle = settle.bind(asked.user.to_string());
        self.write(vec![settle.bind(asked.key.to_vec())])
            .await
            .map(drop)
    }
}

/// Opens the key under which this message was promised: the same is done anew for whoever asks again, under the same id.
pub(super) fn reopen_key(message_id: &str) -> Statement {
    Statement::new(REOPEN).bind(message_id)
}

/// Where the answer stands.
fn place(asked: &Asked) -> Vec<u8> {
    [asked.user.0.as_bytes().as_slice(), &asked.key].concat()
}
