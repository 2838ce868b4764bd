//! The list of devices: whose they are, and whom WhatsApp knows them as. Their records are in `records`.

use std::str::FromStr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tracing::error;

use super::pairing_links::use_up;
use super::value::{Row, Statement};
use super::{DeviceNumber, Sealer, SealingKey, Store, StoreError};
use crate::ids::{DeviceId, TenantId, UserId};
use crate::telemetry::Chain;

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// As the API names it.
    pub id: DeviceId,
    /// As its records are stored under.
    pub number: DeviceNumber,
    /// Whose it is.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
    /// As its owner calls it.
    pub name: String,
    /// Once paired.
    pub account: Option<Account>,
    /// Whether it is to be connected whenever WhatsApp lets it.
    pub wanted: bool,
    /// When it was connected last.
    pub last_seen: Option<DateTime<Utc>>,
    /// When somebody last used it.
    pub active_at: Option<DateTime<Utc>>,
    /// Whether WhatsApp lets it connect.
    pub held: Option<Held>,
    /// To the second.
    pub created_at: DateTime<Utc>,
    /// To the second.
    pub updated_at: DateTime<Utc>,
}

/// Why WhatsApp wants a device to stay away: until then, or until somebody asks for a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The name of the reason.
    pub reason: String,
    /// `None`: until somebody asks for a connection.
    pub until: Option<DateTime<Utc>>,
}

impl Device {
    /// Whether it has credentials to connect with.
    pub fn is_paired(&self) -> bool {
        self.account.is_some()
    }
}

macro_rules! select_device {
    ($tail:literal) => {
        concat!(
            "SELECT id, number, tenant_id, user_id, name, account, wanted, last_seen, created_at, updated_at, \
             active_at, held, held_until FROM device ",
            $tail
        )
    };
}

macro_rules! insert_device {
    ($values:literal) => {
        concat!(
            "INSERT INTO device (id, tenant_id, user_id, name, wanted, created_at, updated_at) ",
            $values,
            " RETURNING id, number, tenant_id, user_id, name, account, wanted, last_seen, created_at, updated_at, \
             active_at, held, held_until"
        )
    };
}
pub(super) use insert_device;

impl Store {
    /// Adds a device that is yet to be paired.
    pub async fn create_device(
        &self,
        tenant: TenantId,
        user: UserId,
        name: &str,
    ) -> Result<Device, StoreError> {
        let add = insert_device!("VALUES ($1, $2, $3, $4, $5, $6, $7)");
        let add = new_device(add, DeviceId::random(), tenant, user, name);
        let answers = self.write(vec![add]).await?;
        let row = answers.first().and_then(|rows| rows.first());
        let row = row.ok_or(StoreError::Shape("an inserted device was not returned"))?;
        device(row, &accounts(&self.shared.key))
    }

    /// Every device, for the start of the daemon. One that cannot be read is left alone: it is not to keep the others from
    /// starting, and must not be taken for one that was never paired.
    pub async fn devices(&self) -> Result<Vec<Device>, StoreError> {
        let accounts = accounts(&self.shared.key);
        let find = Statement::new(select_device!("ORDER BY number"));
        let rows = self.read(find).await?;
        let readable = |row: &Row| {
            let read = device(row, &accounts);
            let left = |error: &StoreError| {
                let id = row.text(0).unwrap_or_default();
                error!(device.id = id, error = %Chain(error), "a device cannot be read and is left alone");
            };
            read.inspect_err(left).ok()
        };
        Ok(rows.iter().filter_map(readable).collect())
    }

    /// The devices of one user, oldest first.
    pub async fn devices_of(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<Vec<Device>, StoreError> {
        let find = Statement::new(select_device!(
            "WHERE tenant_id = $1 AND user_id = $2 ORDER BY number"
        ));
        self.select(find.bind(tenant.to_string()).bind(user.to_string()))
            .await
    }

    /// The devices of one user with this name, oldest first.
    pub async fn devices_named(
        &self,
        tenant: TenantId,
        user: UserId,
        name: &str,
    ) -> Result<Vec<Device>, StoreError> {
        let find = Statement::new(select_device!(
            "WHERE tenant_id = $1 AND user_id = $2 AND name = $3 ORDER BY number"
        ));
        let find = find.bind(tenant.to_string()).bind(user.to_string());
        self.select(find.bind(name)).await
    }

    /// Deletes the row of a device, and its token. Remove the device itself first: its records are under its number.
    pub async fn delete_device(&self, device: DeviceId) -> Result<(), StoreError> {
        let delete = Statement::new("DELETE FROM device WHERE id = $1").bind(device.to_string());
        self.write(vec![delete]).await.map(drop)
    }

    /// Gives a device another name. `false`: it is gone.
    pub async fn rename_device(&self, device: DeviceId, name: &str) -> Result<bool, StoreError> {
        let rename = "UPDATE device SET name = $1, updated_at = $2 WHERE id = $3 RETURNING id";
        let rename = Statement::new(rename).bind(name);
        let rename = rename.bind(Utc::now().timestamp()).bind(device.to_string());
        let answers = self.write(vec![rename]).await?;
        Ok(answers.first().is_some_and(|renamed| !renamed.is_empty()))
    }

    /// Notes whom WhatsApp knows the device as, and that it was seen just now. A device that was paired just now is wanted;
    /// for one that was paired before, that stays as somebody decided.
    pub async fn set_paired(&self, device: DeviceId, account: &Account) -> Result<(), StoreError> {
        let now = Utc::now().timestamp();
        let update = Statement::new(
            "UPDATE device SET wanted = CASE WHEN account IS NULL THEN $1 ELSE wanted END, \
             account = $2, last_seen = $3, updated_at = $4 WHERE id = $5",
        );
        let id = device.to_string();
        let account = account.seal(&self.shared.key, &id)?;
        let update = update.bind(1).bind(account).bind(now).bind(now);
        let unit = vec![update.bind(id), use_up(device, now)];
        self.write(unit).await.map(drop)
    }

    /// Whether the device is to be connected, also after a restart of the daemon.
    pub async fn set_wanted(&self, device: DeviceId, wanted: bool) -> Result<(), StoreError> {
        let update = Statement::new("UPDATE device SET wanted = $1, updated_at = $2 WHERE id = $3");
        let update = update.bind(i64::from(wanted)).bind(Utc::now().timestamp());
        self.write(vec![update.bind(device.to_string())])
            .await
            .map(drop)
    }

    /// Notes when a device was connected and used last.
    pub async fn set_last_seen(
        &self,
        device: DeviceId,
        at: DateTime<Utc>,
        active_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update =
            Statement::new("UPDATE device SET last_seen = $1, active_at = $2 WHERE id = $3");
        let update = update.bind(at.timestamp()).bind(active_at.timestamp());
        self.write(vec![update.bind(device.to_string())])
            .await
            .map(drop)
    }

    /// Notes that WhatsApp wants the device to stay away, or no longer.
    pub async fn set_held(&self, device: DeviceId, held: Option<Held>) -> Result<(), StoreError> {
        let update = Statement::new("UPDATE device SET held = $1, held_until = $2 WHERE id = $3");
        let until = held.as_ref().and_then(|held| held.until);
        let update = update
            .bind(held.map(|held| held.reason))
            .bind(until.map(|until| until.timestamp()));
        self.write(vec![update.bind(device.to_string())])
            .await
            .map(drop)
    }

    async fn select(&self, statement: Statement) -> Result<Vec<Device>, StoreError> {
        let accounts = accounts(&self.shared.key);
        let rows = self.read(statement).await?;
        rows.iter().map(|row| device(row, &accounts)).collect()
    }
}

/// Binds what a new device begins with.
pub(super) fn new_device(
    insert: &'static str,
    device: DeviceId,
    tenant: TenantId,
    user: UserId,
    name: &str,
) -> Statement {
    let now = Utc::now().timestamp();
    Statement::new(insert)
        .bind(device.to_string())
        .bind(tenant.to_string())
        .bind(user.to_string())
        .bind(name)
        .bind(1)
        .bind(now)
        .bind(now)
}

/// Whom WhatsApp knows a device as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `<digits>:<device>@s.whatsapp.net`
    pub jid: String,
    /// `<digits>:<device>@lid`
    pub lid: String,
}

impl Account {
    /// The number.
    pub fn phone_number(&self) -> &str {
        user(&self.jid)
    }

    /// `<digits>@s.whatsapp.net`
    pub fn phone_jid(&self) -> String {
        format!("{}@s.whatsapp.net", self.phone_number())
    }

    /// `<digits>@lid`; `None`: WhatsApp has not said it.
    pub fn lid_jid(&self) -> Option<String> {
        let lid = user(&self.lid);
        (!lid.is_empty()).then(|| format!("{lid}@lid"))
    }

    /// For the device with this id.
    pub(super) fn seal(&self, key: &SealingKey, device: &str) -> Result<Bytes, StoreError> {
        let plain = serde_json::to_vec(self)
            .map_err(|_| StoreError::Shape("an account cannot be written as JSON"))?;
        accounts(key).seal(device.as_bytes(), &plain)
    }
}

/// Of `<user>:<device>@<server>`.
fn user(jid: &str) -> &str {
    jid.split([':', '@']).next().unwrap_or(jid)
}

/// Seals the accounts of all devices, each for its device's id.
pub(super) fn accounts(key: &SealingKey) -> Sealer {
    key.sealer("account", DeviceNumber::NOBODY)
}

fn account(row: &Row, column: usize, accounts: &Sealer) -> Result<Option<Account>, StoreError> {
    let Some(sealed) = row.optional_blob(column)? else {
        return Ok(None);
    };
    let plain = accounts.unseal(row.text(0)?.as_bytes(), &sealed)?;
    serde_json::from_slice(&plain)
        .map(Some)
        .map_err(|_| StoreError::Shape("an account does not hold what it should"))
}

/// From the columns of `select_device!`.
pub(super) fn device(row: &Row, accounts: &Sealer) -> Result<Device, StoreError> {
    Ok(Device {
        id: id(row, 0)?,
        number: DeviceNumber(row.int(1)?),
        tenant: id(row, 2)?,
        user: id(row, 3)?,
        name: row.text(4)?.to_owned(),
        account: account(row, 5, accounts)?,
        wanted: row.int(6)? == 1,
        last_seen: row.optional_int(7)?.map(time).transpose()?,
        created_at: time(row.int(8)?)?,
        updated_at: time(row.int(9)?)?,
        active_at: row.optional_int(10)?.map(time).transpose()?,
        held: held(row)?,
    })
}

fn held(row: &Row) -> Result<Option<Held>, StoreError> {
    let until = row.optional_int(12)?.map(time).transpose()?;
    let held = row.optional_text(11)?.map(str::to_owned);
    Ok(held.map(|reason| Held { reason, until }))
}

/// An id from a column of text.
pub(super) fn id<T: FromStr>(row: &Row, column: usize) -> Result<T, StoreError> {
    row.text(column)?
        .parse()
        .map_err(|_| StoreError::Shape("a column that must hold an id does not"))
}

/// The last second of the year 9999: later ones cannot be written as RFC 3339 has it.
const LAST_SECOND: i64 = 253_402_300_799;

/// From Unix seconds. What is out of range is the nearest that is not: a number that WhatsApp has told must not keep the daemon
/// from starting.
pub(super) fn time(seconds: i64) -> Result<DateTime<Utc>, StoreError> {
    let seconds = seconds.clamp(0, LAST_SECOND);
    DateTime::from_timestamp(seconds, 0).ok_or(StoreError::Shape("a time out of range"))
}
