//! How much of the disk the outbox may take, and for how long.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::store::value::Statement;
use crate::store::{Store, StoreError};

/// What is kept in the outbox.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// An event that waits for longer becomes a dead letter.
    pub waiting: Duration,
    /// A dead letter that is older is deleted.
    pub dead: Duration,
    /// Bytes per device; what is over that is deleted, dead letters first, the oldest of each first.
    pub size: u64,
}

/// What became of events that were never delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Became dead letters.
    pub expired: usize,
    /// Were deleted.
    pub dropped: usize,
}

const EXPIRE: &str = "UPDATE outbox SET dead = $1, at = $2, failure = COALESCE(failure, $3) WHERE number IN \
    (SELECT number FROM outbox WHERE dead = $4 AND at < $5 LIMIT $6) RETURNING number";

const FORGET: &str = "DELETE FROM outbox WHERE number IN \
    (SELECT number FROM outbox WHERE dead = $1 AND at < $2 LIMIT $3) RETURNING number";

const SHRINK: &str = "DELETE FROM outbox WHERE number IN (SELECT number FROM \
    (SELECT number, dead, SUM(size) OVER (PARTITION BY device ORDER BY dead, number DESC) AS total FROM outbox \
        WHERE device IN (SELECT device FROM outbox GROUP BY device HAVING SUM(size) > $1)) AS sums \
    WHERE total > $1 ORDER BY dead DESC, number LIMIT $2) RETURNING number";

impl Store {
    /// Keeps the outbox within its bounds. Call it every minute or so.
    pub async fn trim_outbox(
        &self,
        now: DateTime<Utc>,
        bounds: Bounds,
    ) -> Result<Trimmed, StoreError> {
        let before = |age: Duration| now.timestamp_millis() - age.as_millis() as i64;
        let expire = Statement::new(EXPIRE).bind(1).bind(now.timestamp_millis());
        let expire = expire.bind("could not be delivered in time").bind(0);
        let expired = expire.bind(before(bounds.waiting));
        let forgotten = Statement::new(FORGET).bind(1).bind(before(bounds.dead));
        let size = i64::try_from(bounds.size).unwrap_or(i64::MAX);
        let shrunk = Statement::new(SHRINK).bind(size);
        Ok(Trimmed {
            expired: self.in_chunks(expired).await?,
            dropped: self.in_chunks(forgotten).await? + self.in_chunks(shrunk).await?,
        })
    }
}
