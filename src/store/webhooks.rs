//! Where the events of each device go.

use bytes::Bytes;
use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::error;

use super::devices::{id, time};
use super::value::{Row, Statement, Value};
use super::{DeviceNumber, Sealer, SealingKey, Store, StoreError};
use crate::ids::{DeviceId, TenantId, UserId};
use crate::telemetry::Chain;

/// Whose webhook it is. Every statement asks for all of it, so that another tenant's device is like none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Whose events it gets.
    pub device: DeviceId,
    /// Of that device.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
}

/// One row. `P` is what is sealed in it.
#[derive(Clone, Debug)]
pub struct StoredWebhook<P> {
    /// Of the owner's device.
    pub number: DeviceNumber,
    /// Who may see and change it.
    pub owner: Owner,
    /// `wh_…`
    pub id: String,
    /// All the rest.
    pub content: Content<P>,
    /// Unix seconds.
    pub created_at: chrono::DateTime<Utc>,
    /// When it was written or switched off last.
    pub updated_at: chrono::DateTime<Utc>,
}

/// What its owner has written.
#[derive(Clone, Debug)]
pub struct Content<P> {
    /// As it was given.
    pub url: String,
    /// Names, separated by spaces.
    pub events: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Attempts after the first, before an event becomes a dead letter.
    pub retry_attempts: u32,
    /// Seconds.
    pub timeout: u32,
    /// Sealed: secrets, and headers with passwords.
    pub private: P,
}

macro_rules! select_webhook {
    ($tail:literal) => {
        concat!(
            "SELECT w.device, d.id, d.tenant_id, d.user_id, w.id, w.target, w.events, w.enabled, w.retry_attempts, \
             w.timeout, w.sealed, w.created_at, w.updated_at FROM webhook AS w JOIN device AS d ON d.number = w.device ",
            $tail
        )
    };
}

const NUMBER: &str = "SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3";

const PUT: &str = "INSERT INTO webhook (device, id, target, events, enabled, retry_attempts, timeout, sealed, created_at, \
    updated_at) SELECT number, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM device \
    WHERE number = $10 AND id = $11 AND tenant_id = $12 AND user_id = $13 \
    ON CONFLICT (device) DO UPDATE SET target = excluded.target, events = excluded.events, enabled = excluded.enabled, \
    retry_attempts = excluded.retry_attempts, timeout = excluded.timeout, sealed = excluded.sealed, \
    updated_at = excluded.updated_at";

/// The URL that the user of a device has named before.
const PENDING: &str = "SELECT d.number, m.webhook FROM device AS d JOIN member AS m ON m.id = d.user_id \
    WHERE d.id = $1 AND d.tenant_id = $2 AND d.user_id = $3 AND m.webhook IS NOT NULL";

/// For a device that was made just now.
const APPLY: &str = "INSERT INTO webhook (device, id, target, events, enabled, retry_attempts, timeout, created_at, \
    updated_at) SELECT number, $1, $2, $3, $4, $5, $6, $7, $8 FROM device \
    WHERE id = $9 AND tenant_id = $10 AND user_id = $11 ON CONFLICT (device) DO NOTHING";

impl Store {
    /// All of them, for the start of the daemon, but for those that cannot be read.
    pub async fn webhooks<P: DeserializeOwned + Default>(
        &self,
    ) -> Result<Vec<StoredWebhook<P>>, StoreError> {
        let rows = self
            .read(Statement::new(select_webhook!("ORDER BY w.device")))
            .await?;
        let readable = |row: &Row| {
            let left = |error: &StoreError| {
                let id = row.text(4).unwrap_or_default();
                error!(webhook.id = id, error = %Chain(error), "a webhook cannot be read and is left alone");
            };
            self.webhook(row).inspect_err(left).ok()
        };
        Ok(rows.iter().filter_map(readable).collect())
    }

    /// The number of this owner's device. `None`: there is no such device.
    pub async fn owned(&self, owner: Owner) -> Result<Option<DeviceNumber>, StoreError> {
        let rows = self.read(owned(Statement::new(NUMBER), owner)).await?;
        rows.first()
            .map(|row| row.int(0).map(DeviceNumber))
            .transpose()
    }

    /// Makes the webhook of a device, or overwrites what is there. `new_id` is for the first. `None`: no such device.
    pub async fn put_webhook<P: Serialize + DeserializeOwned + Default>(
        &self,
        owner: Owner,
        new_id: String,
        content: Content<P>,
    ) -> Result<Option<StoredWebhook<P>>, StoreError> {
        let Some(number) = self.owned(owner).await? else {
            return Ok(None);
        };
        let plain = serde_json::to_vec(&content.private)
            .map_err(|_| StoreError::Shape("a webhook cannot be written as JSON"))?;
        let sealed = self.sealer("webhook", number).seal(PLACE, &plain)?;
        let now = Utc::now().timestamp();
        let target = target_url(&self.shared.key, number, &content.url)?;
        let put = Statement::new(PUT).bind(new_id).bind(target);
        let put = put.bind(content.events).bind(i64::from(content.enabled));
        let put = put.bind(i64::from(content.retry_attempts));
        let put = put.bind(i64::from(content.timeout)).bind(sealed);
        let put = owned(put.bind(now).bind(now).bind(number.0), owner);
        let read = Statement::new(select_webhook!("WHERE w.device = $1")).bind(number.0);
        self.change_webhook(put, read).await
    }

    /// Gives a new device the webhook that its user has asked for, if any: with these events, and otherwise as `like`.
    pub async fn apply_pending_webhook<P: DeserializeOwned + Default>(
        &self,
        owner: Owner,
        new_id: String,
        like: Content<P>,
    ) -> Result<Option<StoredWebhook<P>>, StoreError> {
        let pending = self.read(owned(Statement::new(PENDING), owner)).await?;
        let Some(row) = pending.first() else {
            return Ok(None);
        };
        let (number, key) = (DeviceNumber(row.int(0)?), &self.shared.key);
        let url = pending_url(key).unseal(owner.user.to_string().as_bytes(), &row.blob(1)?)?;
        let target = target_url(key, number, text(&url)?)?;
        let now = Utc::now().timestamp();
        let apply = Statement::new(APPLY)
            .bind(new_id)
            .bind(target)
            .bind(like.events);
        let apply = apply.bind(1).bind(i64::from(like.retry_attempts));
        let apply = apply.bind(i64::from(like.timeout)).bind(now).bind(now);
        let read = select_webhook!("WHERE d.id = $1 AND d.tenant_id = $2 AND d.user_id = $3");
        let read = owned(Statement::new(read), owner);
        self.change_webhook(owned(apply, owner), read).await
    }

    /// Deletes a device's webhook with everything that waits for it.
    pub async fn delete_webhook(&self, owner: Owner) -> Result<(), StoreError> {
        let of_owner = |sql| owned(Statement::new(sql), owner);
        let unit = vec![
            of_owner(
                "DELETE FROM outbox WHERE device IN \
                 (SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3)",
            ),
            of_owner(
                "DELETE FROM webhook WHERE device IN \
                 (SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3)",
            ),
        ];
        self.write(unit).await.map(drop)
    }

    /// The receiver is gone for good: nothing is sent there until its owner writes the webhook anew. Answers the webhook as
    /// it is then; `None`: it was deleted meanwhile.
    pub async fn disable_webhook<P: DeserializeOwned + Default>(
        &self,
        device: DeviceNumber,
    ) -> Result<Option<StoredWebhook<P>>, StoreError> {
        let update =
            Statement::new("UPDATE webhook SET enabled = $1, updated_at = $2 WHERE device = $3");
        let update = update.bind(0).bind(Utc::now().timestamp()).bind(device.0);
        let read = Statement::new(select_webhook!("WHERE w.device = $1")).bind(device.0);
        self.change_webhook(update, read).await
    }

    /// The URL that devices which this user makes from now on get as their webhook.
    pub async fn set_pending_webhook(
        &self,
        tenant: TenantId,
        user: UserId,
        url: &str,
    ) -> Result<(), StoreError> {
        let update = Statement::new(
            "UPDATE member SET webhook = $1, updated_at = $2 WHERE id = $3 AND tenant_id = $4",
        );
        let sealed = self.sealed_pending_url(user, Some(url.to_owned()))?;
        let update = update.bind(sealed).bind(Utc::now().timestamp());
        let update = update.bind(user.to_string()).bind(tenant.to_string());
        self.write(vec![update]).await.map(drop)
    }

    /// A URL that is to be kept with its user.
    pub(super) fn sealed_pending_url(
        &self,
        user: UserId,
        url: Option<String>,
    ) -> Result<Option<Bytes>, StoreError> {
        let (sealer, place) = (pending_url(&self.shared.key), user.to_string());
        let seal = |url: String| sealer.seal(place.as_bytes(), url.as_bytes());
        url.map(seal).transpose()
    }

    /// Changes a webhook and reads it as it is then.
    async fn change_webhook<P: DeserializeOwned + Default>(
        &self,
        change: Statement,
        read: Statement,
    ) -> Result<Option<StoredWebhook<P>>, StoreError> {
        let answers = self.write(vec![change, read]).await?;
        let row = answers.get(1).and_then(|rows| rows.first());
        row.map(|row| self.webhook(row)).transpose()
    }

    fn webhook<P: DeserializeOwned + Default>(
        &self,
        row: &Row,
    ) -> Result<StoredWebhook<P>, StoreError> {
        let number = DeviceNumber(row.int(0)?);
        let private = match row.optional_blob(10)? {
            Some(sealed) => {
                let plain = self.sealer("webhook", number).unseal(PLACE, &sealed)?;
                serde_json::from_slice(&plain)
                    .map_err(|_| StoreError::Shape("a webhook does not hold what it should"))?
            }
            None => P::default(),
        };
        let target = target_sealer(&self.shared.key, number);
        Ok(StoredWebhook {
            number,
            owner: Owner {
                device: id(row, 1)?,
                tenant: id(row, 2)?,
                user: id(row, 3)?,
            },
            id: row.text(4)?.to_owned(),
            content: Content {
                url: text(&target.unseal(TARGET, &row.blob(5)?)?)?.to_owned(),
                events: row.text(6)?.to_owned(),
                enabled: row.flag(7)?,
                retry_attempts: small(row, 8)?,
                timeout: small(row, 9)?,
                private,
            },
            created_at: time(row.int(11)?)?,
            updated_at: time(row.int(12)?)?,
        })
    }
}

/// A device has one webhook, so its place needs no name of its own.
const PLACE: &[u8] = b"webhook";

const TARGET: &[u8] = b"url";

/// Its query may hold a secret.
pub(super) fn target_url(
    key: &SealingKey,
    device: DeviceNumber,
    url: &str,
) -> Result<Bytes, StoreError> {
    target_sealer(key, device).seal(TARGET, url.as_bytes())
}

fn target_sealer(key: &SealingKey, device: DeviceNumber) -> Sealer {
    key.sealer("webhook URL", device)
}

/// Seals the URLs of all users, each for its user's id.
pub(super) fn pending_url(key: &SealingKey) -> Sealer {
    key.sealer("pending webhook", DeviceNumber::NOBODY)
}

fn text(plain: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(plain).map_err(|_| StoreError::Shape("a stored URL is not UTF-8"))
}

/// Binds the three parts of an owner.
pub(super) fn owned(statement: Statement, owner: Owner) -> Statement {
    let parts = [
        Value::from(owner.device.to_string()),
        Value::from(owner.tenant.to_string()),
        Value::from(owner.user.to_string()),
    ];
    parts.into_iter().fold(statement, Statement::bind)
}

fn small(row: &Row, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(column)?).map_err(|_| StoreError::Shape("a number out of range"))
}
