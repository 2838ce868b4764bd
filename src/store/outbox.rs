//! The outbox: events that are on their way to a webhook, and those that could not be delivered.
//!
//! A row is written together with what it tells of, and goes when a receiver has taken it.

mod bounds;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::value::{Row, Statement};
use super::webhooks::{Owner, owned};
use super::{DeviceNumber, Sealer, Store, StoreError};

pub use self::bounds::{Bounds, Trimmed};

/// An event as it is stored.
pub struct NewEvent<'a> {
    /// The same for the same event: what is there already is not stored again.
    pub id: Uuid,
    /// As the catalogue spells it.
    pub name: &'static str,
    /// The envelope, without a signature.
    pub body: &'a [u8],
}

/// An event that is to be delivered.
pub struct Waiting {
    /// Its place in the queue.
    pub number: i64,
    /// Of the event: the receiver knows a second delivery by it.
    pub id: String,
    /// The envelope, without a signature.
    pub body: Bytes,
    /// Since when it waits.
    pub at: DateTime<Utc>,
}

/// What its owner may know of an event in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place in the queue.
    pub number: i64,
    /// Of the event.
    pub id: String,
    /// As the catalogue spells it.
    pub event: String,
    /// Since when it waits; of a dead letter, since when it is one.
    pub at: DateTime<Utc>,
    /// Whether it is tried no more.
    pub dead: bool,
    /// Attempts that failed.
    pub attempts: i64,
    /// What was wrong with the latest.
    pub failure: Option<String>,
}

/// How full the outbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that are to be delivered, of all devices.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub oldest: Option<DateTime<Utc>>,
    /// Dead letters of all devices.
    pub dead: i64,
}

/// Writes the events of one device.
pub struct OutboxWriter {
    device: DeviceNumber,
    sealer: Sealer,
}

/// Only for a webhook that is there at this moment, whatever the caller believes.
const PUT: &str = "INSERT INTO outbox (id, device, event, value, size, at, dead, attempts) \
    SELECT $1, device, $2, $3, $4, $5, $6, $7 FROM webhook WHERE device = $8 AND enabled = $9 \
    ON CONFLICT (id) DO NOTHING";

const HEAD: &str = "SELECT number, id, value, at FROM outbox WHERE device = $1 AND dead = $2 \
    ORDER BY number LIMIT $3";

const LIST: &str = "SELECT number, id, event, at, dead, attempts, failure FROM outbox \
    WHERE device IN (SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3) \
    AND dead = $4 AND number > $5 ORDER BY number LIMIT $6";

const REPLAY: &str = "UPDATE outbox SET dead = $4, attempts = $4, failure = NULL, at = $5 \
    WHERE device IN (SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3) \
    AND dead = $6 AND (id = $7 OR $7 IS NULL) RETURNING device";

const PURGE: &str = "DELETE FROM outbox \
    WHERE device IN (SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3) \
    AND dead = $4 AND (id = $5 OR $5 IS NULL) RETURNING device";

impl Store {
    /// For the events of one device.
    pub fn outbox_writer(&self, device: DeviceNumber) -> OutboxWriter {
        OutboxWriter {
            device,
            sealer: self.sealer("outbox", device),
        }
    }

    /// The devices with something to deliver.
    pub async fn queues(&self) -> Result<Vec<DeviceNumber>, StoreError> {
        let find = Statement::new("SELECT DISTINCT device FROM outbox WHERE dead = $1").bind(0);
        let rows = self.read(find).await?;
        rows.iter()
            .map(|row| row.int(0).map(DeviceNumber))
            .collect()
    }

    /// The oldest events of a device that are to be delivered, in their order.
    pub async fn head_of_queue(
        &self,
        device: DeviceNumber,
        limit: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        let find = Statement::new(HEAD).bind(device.0).bind(0);
        let rows = self.read(find.bind(limit as i64)).await?;
        let sealer = self.sealer("outbox", device);
        let waiting = rows.iter().map(|row| {
            let id = row.text(1)?.to_owned();
            Ok(Waiting {
                number: row.int(0)?,
                body: sealer.unseal(id.as_bytes(), &row.blob(2)?)?,
                id,
                at: millis(row.int(3)?)?,
            })
        });
        waiting.collect()
    }

    /// A receiver has taken it.
    pub async fn delivered(&self, number: i64) -> Result<(), StoreError> {
        let delete = Statement::new("DELETE FROM outbox WHERE number = $1").bind(number);
        self.write_patiently(vec![delete]).await.map(drop)
    }

    /// An attempt failed. `dead`: it was the last. What has become a dead letter meanwhile stays one.
    pub async fn not_delivered(
        &self,
        number: i64,
        failure: &str,
        dead: bool,
    ) -> Result<(), StoreError> {
        let update = Statement::new(
            "UPDATE outbox SET attempts = attempts + $1, failure = $2, dead = $3 \
             WHERE number = $4 AND dead = $5",
        );
        let update = update.bind(1).bind(failure).bind(i64::from(dead));
        self.write_patiently(vec![update.bind(number).bind(0)])
            .await
            .map(drop)
    }

    /// Up to `limit` events of a device after this number, oldest first.
    pub async fn deliveries(
        &self,
        owner: Owner,
        dead: bool,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let list = owned(Statement::new(LIST), owner).bind(i64::from(dead));
        let rows = self.read(list.bind(after).bind(limit as i64)).await?;
        rows.iter().map(listed).collect()
    }

    /// Lets dead letters be delivered after all: one, or all of a device. They go to their old places in the queue.
    /// Answers how many.
    pub async fn replay(&self, owner: Owner, id: Option<&str>) -> Result<usize, StoreError> {
        let replay = owned(Statement::new(REPLAY), owner).bind(0);
        let replay = replay.bind(Utc::now().timestamp_millis()).bind(1);
        self.count(replay.bind(id.map(str::to_owned))).await
    }

    /// Deletes dead letters: one, or all of a device. Answers how many.
    pub async fn purge(&self, owner: Owner, id: Option<&str>) -> Result<usize, StoreError> {
        let purge = owned(Statement::new(PURGE), owner).bind(1);
        self.count(purge.bind(id.map(str::to_owned))).await
    }

    async fn count(&self, statement: Statement) -> Result<usize, StoreError> {
        let answers = self.write(vec![statement]).await?;
        Ok(answers.first().map_or(0, Vec::len))
    }

    /// Counts what is in the outbox.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let count = Statement::new(
            "SELECT dead, COUNT(*), MIN(at) FROM outbox GROUP BY dead ORDER BY dead",
        );
        let mut backlog = Backlog::default();
        for row in self.read(count).await? {
            match row.flag(0)? {
                false => {
                    backlog.waiting = row.int(1)?;
                    backlog.oldest = row.optional_int(2)?.map(millis).transpose()?;
                }
                true => backlog.dead = row.int(1)?,
            }
        }
        Ok(backlog)
    }
}

impl OutboxWriter {
    /// Stores an event, to be committed with what it tells of.
    pub fn put(&self, event: &NewEvent<'_>) -> Result<Statement, StoreError> {
        let id = event.id.to_string();
        let sealed = self.sealer.seal(id.as_bytes(), event.body)?;
        let size = sealed.len() as i64;
        let put = Statement::new(PUT).bind(id).bind(event.name).bind(sealed);
        let put = put.bind(size).bind(Utc::now().timestamp_millis());
        Ok(put.bind(0).bind(0).bind(self.device.0).bind(1))
    }
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        number: row.int(0)?,
        id: row.text(1)?.to_owned(),
        event: row.text(2)?.to_owned(),
        at: millis(row.int(3)?)?,
        dead: row.flag(4)?,
        attempts: row.int(5)?,
        failure: row.optional_text(6)?.map(str::to_owned),
    })
}

fn millis(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or(StoreError::Shape("a time out of range"))
}
