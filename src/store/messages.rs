//! What is kept of messages: an index of what was sent and received. Losing it loses no message.
//!
//! A row is written together with the event that tells of it, or before the message's first byte leaves.

mod bounds;
mod reached;
mod statuses;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accounts::Caller;
use super::sealing::names;
use super::value::{Row, Statement};
use super::{DeviceNumber, Sealer, SealingKey, Store, StoreError, jobs};
use crate::ids::{DeviceId, UserId};

pub use self::bounds::KeptBounds;
pub use self::reached::{Reach, Reached};
pub use self::statuses::SHOWN;

/// How far a message of one's own has come. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// WhatsApp has refused it.
    Failed,
    /// It is on its way to WhatsApp, or nobody knows whether it has got there.
    Pending,
    /// WhatsApp has accepted it.
    Sent,
    /// A device of a recipient has it.
    Delivered,
    /// A recipient has read it.
    Read,
    /// A recipient has listened to it, or watched it.
    Played,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Failed,
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Played,
    ];

    const fn number(self) -> i64 {
        self as i64
    }

    fn of(number: i64) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|state| state.number() == number);
        found.ok_or(StoreError::Shape("a message is in no state"))
    }
}

/// A message that is to be kept.
pub struct NewMessage<'a, T> {
    /// WhatsApp's.
    pub id: &'a str,
    /// This account's own.
    pub mine: bool,
    /// How far it is.
    pub state: State,
    /// Unix seconds.
    pub at: i64,
    /// What is known of it.
    pub about: &'a T,
    /// What it holds.
    pub content: &'a [u8],
}

/// A message as it was kept.
#[derive(Clone, Debug)]
pub struct KeptMessage<T> {
    /// Its place in the table.
    pub number: i64,
    /// Which device's.
    pub device: DeviceNumber,
    /// WhatsApp's id.
    pub id: String,
    /// This account's own.
    pub mine: bool,
    /// How far it is.
    pub state: State,
    /// WhatsApp's code of the refusal, where it has refused it.
    pub failure: Option<String>,
    /// Unix seconds.
    pub at: i64,
    /// What is known of it.
    pub about: T,
    /// What it holds.
    pub content: Bytes,
}

/// Which messages of an id are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This account's own.
    Mine,
    /// Somebody else's first, for these are what people ask for.
    Anybodys,
}

/// A message, the device that has it, and whose that is.
pub struct Found<T> {
    /// The message.
    pub message: KeptMessage<T>,
    /// Which device.
    pub device: DeviceId,
    /// Whose device.
    pub user: UserId,
}

/// Only a paired device keeps messages: what comes after it was unlinked is not kept.
const PUT: &str = "INSERT INTO message (device, id, mine, state, at, value) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, id, mine) DO NOTHING";

/// One that takes the place of what was promised.
const PUT_OVER: &str = "INSERT INTO message (device, id, mine, state, at, value) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, id, mine) DO UPDATE SET value = excluded.value, state = excluded.state, failure = NULL \
    WHERE message.state <= excluded.state";

/// One of which nothing is known but that it is to be sent: again, where that has failed.
const PROMISE: &str = "INSERT INTO message (device, id, mine, state, at, value) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, id, mine) DO UPDATE SET state = excluded.state, failure = NULL \
    WHERE message.state < excluded.state";

/// One of which is told that it has failed. What is known of it already stays as it is.
const PUT_FAILED: &str = "INSERT INTO message (device, id, mine, state, at, value, failure) \
    SELECT number, $1, $2, $3, $4, $5, $7 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, id, mine) DO NOTHING";

const OF_DEVICE: &str = "SELECT number, device, id, mine, state, at, value, failure FROM message \
    WHERE device = $1 AND id = $2 AND mine >= $3 ORDER BY mine LIMIT 1";

const OF_CALLER: &str = "SELECT m.number, m.device, m.id, m.mine, m.state, m.at, m.value, m.failure, d.id, d.user_id \
    FROM message AS m JOIN device AS d ON d.number = m.device \
    WHERE m.id = $1 AND m.mine >= $2 AND d.tenant_id = $3 AND (d.user_id = $4 OR $5 = 1) \
    AND $6 IN ('', d.id) \
    ORDER BY m.mine, m.number DESC LIMIT 1";

const OTHERS_BEFORE: &str = "SELECT number, device, id, mine, state, at, value, failure FROM message \
    WHERE device = $1 AND mine = 0 AND status_read IS NULL AND number < $2 ORDER BY number DESC LIMIT $3";

const CHANGE: &str = "UPDATE message SET value = $1 WHERE device = $2 AND id = $3 AND mine = $4";
const DELETE: &str = "DELETE FROM message WHERE device = $1 AND id = $2 AND mine = $3";

/// The messages of one device as they are in the database: nothing of them is there in clear but their ids.
pub struct MessageBook {
    device: DeviceNumber,
    values: Sealer,
}

impl MessageBook {
    fn new(key: &SealingKey, device: DeviceNumber) -> Self {
        Self {
            device,
            values: key.sealer("message", device),
        }
    }

    /// Keeps a message, to be committed with what it comes with. What is there already stays as it is.
    pub fn put<T: Serialize>(&self, message: &NewMessage<'_, T>) -> Result<Statement, StoreError> {
        self.insert(PUT, message)
    }

    /// The same of one that is promised, and whose content is not known yet.
    pub(super) fn promise<T: Serialize>(
        &self,
        message: &NewMessage<'_, T>,
    ) -> Result<Statement, StoreError> {
        self.insert(PROMISE, message)
    }

    fn insert<T: Serialize>(
        &self,
        sql: &'static str,
        message: &NewMessage<'_, T>,
    ) -> Result<Statement, StoreError> {
        let value = self.value(message.id, message.mine, message.about, message.content)?;
        let put = Statement::new(sql)
            .bind(message.id)
            .bind(i64::from(message.mine));
        let put = put.bind(message.state.number()).bind(message.at);
        Ok(put.bind(value).bind(self.device.0))
    }

    /// Has a message hold something else.
    pub fn change<T: Serialize>(
        &self,
        message: &KeptMessage<T>,
        content: &[u8],
    ) -> Result<Statement, StoreError> {
        let value = self.value(&message.id, message.mine, &message.about, content)?;
        let change = Statement::new(CHANGE).bind(value).bind(self.device.0);
        let mine = i64::from(message.mine);
        Ok(change.bind(message.id.as_str()).bind(mine))
    }

    /// Forgets a message.
    pub fn forget<T>(&self, message: &KeptMessage<T>) -> Statement {
        let delete = Statement::new(DELETE).bind(self.device.0);
        let mine = i64::from(message.mine);
        delete.bind(message.id.as_str()).bind(mine)
    }

    fn value<T: Serialize>(
        &self,
        id: &str,
        mine: bool,
        about: &T,
        content: &[u8],
    ) -> Result<Bytes, StoreError> {
        let about = serde_json::to_vec(about)
            .map_err(|_| StoreError::Shape("a message cannot be written as JSON"))?;
        let plain = names::with_name(&about, content);
        self.values.seal(&place(id, mine), &plain)
    }

    fn message<T: DeserializeOwned>(&self, row: &Row) -> Result<KeptMessage<T>, StoreError> {
        let (id, mine) = (row.text(2)?.to_owned(), row.flag(3)?);
        let plain = self.values.unseal(&place(&id, mine), &row.blob(6)?)?;
        let (about, content) = names::split_name(&plain)?;
        let about = serde_json::from_slice(&about)
            .map_err(|_| StoreError::Shape("a message does not hold what it should"))?;
        Ok(KeptMessage {
            number: row.int(0)?,
            device: self.device,
            id,
            mine,
            state: State::of(row.int(4)?)?,
            failure: row.optional_text(7)?.map(str::to_owned),
            at: row.int(5)?,
            about,
            content,
        })
    }
}

impl Store {
    /// The messages of one device.
    pub fn message_book(&self, device: DeviceNumber) -> MessageBook {
        MessageBook::new(&self.shared.key, device)
    }

    /// Keeps a message; durable when answered.
    pub async fn keep_message<T: Serialize>(
        &self,
        device: DeviceNumber,
        message: &NewMessage<'_, T>,
    ) -> Result<(), StoreError> {
        let put = self.message_book(device).put(message)?;
        self.write(vec![put]).await.map(drop)
    }

    /// The same of one that leaves now, and may have been promised or have failed: what it holds counts now, unless more
    /// is known of it. `job`: a job sends it.
    pub async fn keep_leaving<T: Serialize>(
        &self,
        device: DeviceNumber,
        message: &NewMessage<'_, T>,
        job: bool,
    ) -> Result<(), StoreError> {
        let put = self.message_book(device).insert(PUT_OVER, message)?;
        let leaving = job.then(|| jobs::leaving(device, message.id));
        let unit = [Some(put), leaving].into_iter().flatten();
        self.write(unit.collect()).await.map(drop)
    }

    /// Keeps a message as one that has failed for this reason, unless it is known; durable when answered.
    pub async fn keep_failed<T: Serialize>(
        &self,
        device: DeviceNumber,
        message: &NewMessage<'_, T>,
        reason: &str,
    ) -> Result<(), StoreError> {
        let put = self.message_book(device).insert(PUT_FAILED, message)?;
        self.write(vec![put.bind(reason)]).await.map(drop)
    }

    /// A message of one device by its id.
    pub async fn message<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        id: &str,
        whose: Whose,
    ) -> Result<Option<KeptMessage<T>>, StoreError> {
        let find = Statement::new(OF_DEVICE).bind(device.0).bind(id);
        let rows = self.read(find.bind(whose.least())).await?;
        let book = self.message_book(device);
        rows.first().map(|row| book.message(row)).transpose()
    }

    /// Messages that others have written to a device, the newest first: at most so many before the one of this number.
    pub async fn others_before<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        number: i64,
        most: i64,
    ) -> Result<Vec<KeptMessage<T>>, StoreError> {
        let find = Statement::new(OTHERS_BEFORE).bind(device.0);
        let rows = self.read(find.bind(number).bind(most)).await?;
        let book = self.message_book(device);
        rows.iter().map(|row| book.message(row)).collect()
    }

    /// A message by its id, on whichever device the caller may know of: one's own, and as manager or admin all of the
    /// tenant's.
    pub async fn find_message<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        id: &str,
        whose: Whose,
    ) -> Result<Option<Found<T>>, StoreError> {
        let find = Statement::new(OF_CALLER).bind(id).bind(whose.least());
        let rows = self.read(caller.bind(find)).await?;
        let found = rows.first().map(|row| {
            let device = DeviceNumber(row.int(1)?);
            Ok(Found {
                message: self.message_book(device).message(row)?,
                device: super::devices::id(row, 8)?,
                user: super::devices::id(row, 9)?,
            })
        });
        found.transpose()
    }

    /// Has a message hold something else; durable when answered.
    pub async fn change_message<T: Serialize>(
        &self,
        message: &KeptMessage<T>,
        content: &[u8],
    ) -> Result<(), StoreError> {
        let change = self.message_book(message.device).change(message, content)?;
        self.write(vec![change]).await.map(drop)
    }

    /// Forgets a message; durable when answered.
    pub async fn forget_message<T>(&self, message: &KeptMessage<T>) -> Result<(), StoreError> {
        let forget = self.message_book(message.device).forget(message);
        self.write(vec![forget]).await.map(drop)
    }
}

impl Whose {
    /// Of `mine`.
    const fn least(self) -> i64 {
        match self {
            Self::Mine => 1,
            Self::Anybodys => 0,
        }
    }
}

/// Where a value stands.
fn place(id: &str, mine: bool) -> Vec<u8> {
    [&[u8::from(mine)], id.as_bytes()].concat()
}
