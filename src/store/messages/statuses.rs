//! Statuses that others have posted: messages that are there for a day.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{KeptMessage, MessageBook, NewMessage};
use crate::store::value::Statement;
use crate::store::{DeviceNumber, Store, StoreError};

/// For so long a status is shown, in seconds.
pub const SHOWN: i64 = 24 * 3600;

const PUT: &str = "INSERT INTO message (device, id, mine, state, at, value, status_read) \
    SELECT number, $1, $2, $3, $4, $5, 0 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, id, mine) DO NOTHING";
const PAGE: &str = "SELECT number, device, id, mine, state, at, value, failure, status_read FROM message \
    WHERE device = $1 AND status_read IS NOT NULL AND at > $2 AND number < $3 ORDER BY number DESC LIMIT $4";
const READ: &str =
    "UPDATE message SET status_read = 1 WHERE device = $1 AND id = $2 AND status_read IS NOT NULL";
const EXPIRE: &str = "DELETE FROM message WHERE number IN \
    (SELECT number FROM message WHERE status_read IS NOT NULL AND at <= $1 LIMIT $2) RETURNING number";

impl MessageBook {
    /// Keeps somebody's status. What is there already stays as it is.
    pub fn put_status<T: Serialize>(
        &self,
        status: &NewMessage<'_, T>,
    ) -> Result<Statement, StoreError> {
        self.insert(PUT, status)
    }
}

impl Store {
    /// Others' statuses that are still shown, the newest first: at most so many before the one of this number; and whether
    /// their authors were told that they were seen. `now`: Unix seconds.
    pub async fn others_statuses<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        now: i64,
        (before, most): (i64, i64),
    ) -> Result<Vec<(KeptMessage<T>, bool)>, StoreError> {
        let page = Statement::new(PAGE).bind(device.0).bind(now - SHOWN);
        let rows = self.read(page.bind(before).bind(most)).await?;
        let book = self.message_book(device);
        let status = |row| Ok((book.message(row)?, row.flag(8)?));
        rows.iter().map(status).collect()
    }

    /// The account has seen these. What is no status is passed over.
    pub async fn statuses_seen(
        &self,
        device: DeviceNumber,
        ids: &[String],
    ) -> Result<(), StoreError> {
        let read = |id: &String| Statement::new(READ).bind(device.0).bind(id.as_str());
        self.write(ids.iter().map(read).collect()).await.map(drop)
    }

    /// Forgets what is not shown any more, and returns how many. `now`: Unix seconds.
    pub(in crate::store) async fn sweep_others_statuses(
        &self,
        now: i64,
    ) -> Result<usize, StoreError> {
        self.in_chunks(Statement::new(EXPIRE).bind(now - SHOWN))
            .await
    }
}
