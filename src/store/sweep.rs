//! The sweep: removes records whose time has passed, for all devices at once.

use std::time::Duration;

use chrono::Utc;
use tracing::{debug, warn};

use super::messages::KeptBounds;
use super::record_key::Kind;
use super::{Statement, Store, StoreError, idempotency};
use crate::telemetry::Chain;

/// How often old records are looked for.
const PAUSE: Duration = Duration::from_secs(300);

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How many seconds after its `at` a record is removed.
const KEPT: [(Kind, i64); 5] = [
    // A recipient that was offline may ask for a message again; the library's own limit of two hours is short for that.
    (Kind::SentMessage, DAY),
    (Kind::PendingInbound, 7 * DAY),
    (Kind::BaseKey, 7 * DAY),
    // The server sets the window, up to 26 weeks; the library checks the exact age when it uses a token.
    (Kind::TcToken, 200 * DAY),
    // `at` is the end of retention already.
    (Kind::MessageSecret, 0),
];

/// Rows in one statement, so that the writer is free for others between two of them.
const CHUNK: i64 = 1000;

const SWEEP: &str = "DELETE FROM record WHERE (device, kind, key) IN \
    (SELECT device, kind, key FROM record WHERE kind = $1 AND at < $2 LIMIT $3) RETURNING kind";

const SWEEP_KEYS: &str = "DELETE FROM idempotency WHERE (user_id, key_hash) IN \
    (SELECT user_id, key_hash FROM idempotency WHERE at < $1 LIMIT $2) RETURNING key_hash";

impl Store {
    /// Removes old records of all devices, and messages beyond these bounds, once in a while. Ends with the store.
    pub async fn keep_swept(self, messages: KeptBounds) {
        let mut pause = tokio::time::interval(PAUSE);
        loop {
            pause.tick().await;
            let now = Utc::now().timestamp();
            let swept =
                async { Ok(self.sweep(now).await? + self.trim_messages(now, messages).await?) };
            match swept.await {
                Ok(0) => {}
                Ok(removed) => debug!(removed, "old records removed"),
                Err(StoreError::Closed) => return,
                Err(error) => warn!(error = %Chain(&error), "old records could not be removed"),
            }
        }
    }

    /// Removes old records and returns how many. `now` is in Unix seconds.
    pub(super) async fn sweep(&self, now: i64) -> Result<usize, StoreError> {
        let mut removed = 0;
        for (kind, seconds) in KEPT {
            let sweep = Statement::new(SWEEP).bind(kind.number());
            removed += self.in_chunks(sweep.bind(now - seconds)).await?;
        }
        let keys = Statement::new(SWEEP_KEYS).bind(now - idempotency::KEPT);
        removed += self.in_chunks(keys).await?;
        removed += self.sweep_console_sessions(now).await?;
        removed += self.sweep_statuses(now).await?;
        removed += self.sweep_others_statuses(now).await?;
        Ok(removed)
    }

    /// Chunk by chunk: the statement's last argument is how many rows it may change, and it answers with those. Returns
    /// how many they were.
    pub(super) async fn in_chunks(&self, statement: Statement) -> Result<usize, StoreError> {
        let statement = statement.bind(CHUNK);
        let mut changed = 0;
        loop {
            let rows = self.write(vec![statement.clone()]).await?;
            let rows = rows.first().map_or(0, Vec::len);
            changed += rows;
            if rows < CHUNK as usize {
                return Ok(changed);
            }
        }
    }
}
