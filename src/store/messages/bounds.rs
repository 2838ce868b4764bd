//! How much is kept of messages, and for how long.

use std::time::Duration;

use crate::store::value::Statement;
use crate::store::{Store, StoreError};

/// What is kept of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBounds {
    /// An older one is forgotten.
    pub age: Duration,
    /// Of each device; the oldest over that are forgotten. 0: none is kept.
    pub count: u64,
}

const EXPIRE: &str = "DELETE FROM message WHERE number IN \
    (SELECT number FROM message WHERE at < $1 LIMIT $2) RETURNING number";

const SHRINK: &str = "DELETE FROM message WHERE number IN (SELECT number FROM \
    (SELECT number, ROW_NUMBER() OVER (PARTITION BY device ORDER BY number DESC) AS place FROM message \
        WHERE device IN (SELECT device FROM message GROUP BY device HAVING COUNT(*) > $1)) AS places \
    WHERE place > $1 LIMIT $2) RETURNING number";

impl Store {
    /// Keeps what is kept of messages within its bounds, and returns how many were forgotten. `now`: Unix seconds.
    pub async fn trim_messages(&self, now: i64, bounds: KeptBounds) -> Result<usize, StoreError> {
        let age = i64::try_from(bounds.age.as_secs()).unwrap_or(i64::MAX);
        let count = i64::try_from(bounds.count).unwrap_or(i64::MAX);
        let expire = Statement::new(EXPIRE).bind(now.saturating_sub(age));
        let shrink = Statement::new(SHRINK).bind(count);
        Ok(self.in_chunks(expire).await? + self.in_chunks(shrink).await?)
    }
}
