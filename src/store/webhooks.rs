//! Where the events of each device go.

use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::devices::{id, time};
use super::value::{Row, Statement, Value};
use super::{DeviceNumber, Store, StoreError};
use crate::ids::{DeviceId, TenantId, UserId};

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
            "SELECT w.device, d.id, d.tenant_id, d.user_id, w.id, w.url, w.events, w.enabled, w.retry_attempts, \
             w.timeout, w.sealed, w.created_at, w.updated_at FROM webhook AS w JOIN device AS d ON d.number = w.device ",
            $tail
        )
    };
}

const NUMBER: &str = "SELECT number FROM device WHERE id = $1 AND tenant_id = $2 AND user_id = $3";

const PUT: &str = "INSERT INTO webhook (device, id, url, events, enabled, retry_attempts, timeout, sealed, created_at, \
    updated_at) SELECT number, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM device \
    WHERE number = $10 AND id = $11 AND tenant_id = $12 AND user_id = $13 \
    ON CONFLICT (device) DO UPDATE SET url = excluded.url, events = excluded.events, enabled = excluded.enabled, \
    retry_attempts = excluded.retry_attempts, timeout = excluded.timeout, sealed = excluded.sealed, \
    updated_at = excluded.updated_at";

/// For a device that was made just now, whose user has named a URL before.
const APPLY: &str = "INSERT INTO webhook (device, id, url, events, enabled, retry_attempts, timeout, created_at, \
    updated_at) SELECT d.number, $1, m.webhook_url, $2, $3, $4, $5, $6, $7 \
    FROM device AS d JOIN member AS m ON m.id = d.user_id \
    WHERE d.id = $8 AND d.tenant_id = $9 AND d.user_id = $10 AND m.webhook_url IS NOT NULL \
    ON CONFLICT (device) DO NOTHING";

impl Store {
    /// All of them, for the start of the daemon.
    pub async fn webhooks<P: DeserializeOwned + Default>(
        &self,
    ) -> Result<Vec<StoredWebhook<P>>, StoreError> {
        let rows = self
            .read(Statement::new(select_webhook!("ORDER BY w.device")))
            .await?;
        rows.iter().map(|row| self.webhook(row)).collect()
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
        let put = Statement::new(PUT).bind(new_id).bind(content.url);
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
        let now = Utc::now().timestamp();
        let apply = Statement::new(APPLY).bind(new_id).bind(like.events);
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
            "UPDATE member SET webhook_url = $1, updated_at = $2 WHERE id = $3 AND tenant_id = $4",
        );
        let update = update.bind(url).bind(Utc::now().timestamp());
        let update = update.bind(user.to_string()).bind(tenant.to_string());
        self.write(vec![update]).await.map(drop)
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
        Ok(StoredWebhook {
            number,
            owner: Owner {
                device: id(row, 1)?,
                tenant: id(row, 2)?,
                user: id(row, 3)?,
            },
            id: row.text(4)?.to_owned(),
            content: Content {
                url: row.text(5)?.to_owned(),
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
