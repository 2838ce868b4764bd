//! Tenants and their users: what they are, and whom a token belongs to.

mod grant;
mod tenants;
#[cfg(test)]
mod tests;
mod users;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::devices::id;
use super::value::{Row, Statement, Value};
use super::{Store, StoreError};
use crate::ids::{DeviceId, TenantId, UserId};

pub use self::grant::{Grant, Scope, Scopes};
pub use self::users::{Change, Membership, Settled};

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Manager,
    User,
}

impl Role {
    /// As the API and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::User => "user",
        }
    }

    /// From [`Self::name`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::Manager, Self::User]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Somebody with a token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
        "tenant_id": "b7e23ec2-9d2f-4b0e-8a39-2f3a6e5d4c10",
        "email": "ana@example.com",
        "role": "user",
        "active": true,
        "created_at": "2026-06-15T12:00:00Z",
        "updated_at": "2026-06-15T12:00:00Z"
    })
)]
pub struct User {
    pub id: UserId,
    pub tenant_id: TenantId,
    pub email: String,
    pub role: Role,
    pub active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What only the store knows of a user.
pub struct Credentials {
    /// An argon2 string.
    pub password_hash: String,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Where the events of devices go that this user makes.
    pub webhook_url: Option<String>,
}

/// Who a token belongs to: all that a request needs to know about its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub user: UserId,
    /// Whose devices and users the caller may know of.
    pub tenant: TenantId,
    /// What the caller may do to others.
    pub role: Role,
    /// The limits of a token that was given away; none: it is the user's own.
    pub grant: Option<Grant>,
}

impl Caller {
    /// The only device that the caller may know of; none: all of the user's.
    pub fn only(&self) -> Option<DeviceId> {
        self.grant.and_then(|grant| grant.device)
    }

    /// Whether the caller may know of this device, if it is the user's.
    pub fn reaches(&self, device: DeviceId) -> bool {
        self.only().is_none_or(|only| only == device)
    }

    /// Of what the caller may know of, to a statement that asks for tenant, user, in place of the user whether it is all of the
    /// tenant's, and the one device (an empty text: any).
    pub(super) fn bind(&self, statement: Statement) -> Statement {
        let all = i64::from(self.role != Role::User);
        let only = self.only().map(|device| device.to_string());
        let statement = statement.bind(self.tenant.to_string());
        let statement = statement.bind(self.user.to_string()).bind(all);
        statement.bind(only.unwrap_or_default())
    }
}

/// Who holds a token, and how far it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The user that it stands for.
    pub caller: Caller,
    /// The one device that the token fits; none: it is the user's own, for all of the user's devices.
    pub device: Option<DeviceId>,
}

impl Bearer {
    /// Whether it is a token that was given away, and over. `now` is in Unix seconds.
    pub fn is_over(&self, now: i64) -> bool {
        self.caller.grant.is_some_and(|grant| grant.is_over(now))
    }
}

/// All tokens are in one table, so that none can be two things.
const BEARER: &str = "SELECT m.id, m.tenant_id, m.role, t.device_id, g.id, g.scopes, g.device_id, g.expires_at \
    FROM token AS t LEFT JOIN device AS d ON d.id = t.device_id LEFT JOIN given_token AS g ON g.id = t.given_id \
    JOIN member AS m ON m.id = COALESCE(t.member_id, d.user_id, g.member_id) \
    WHERE t.hash = $1 AND m.active = $2";

impl Store {
    /// Who holds a token. The user whom it belongs to, directly or through a device, is active.
    pub async fn bearer(&self, token_hash: &[u8; 32]) -> Result<Option<Bearer>, StoreError> {
        let find = Statement::new(BEARER).bind(token_hash.to_vec()).bind(1);
        let found = self.read(find).await?.first().map(bearer).transpose()?;
        Ok(found.filter(|bearer| !bearer.is_over(Utc::now().timestamp())))
    }
}

fn bearer(row: &Row) -> Result<Bearer, StoreError> {
    let caller = Caller {
        user: id(row, 0)?,
        tenant: id(row, 1)?,
        role: role(row, 2)?,
        grant: row.optional_text(4)?.map(|_| grant(row)).transpose()?,
    };
    let device = row.optional_text(3)?.map(|_| id(row, 3)).transpose()?;
    Ok(Bearer { caller, device })
}

fn grant(row: &Row) -> Result<Grant, StoreError> {
    Ok(Grant {
        token: id(row, 4)?,
        scopes: Scopes::parse(row.text(5)?),
        device: row.optional_text(6)?.map(|_| id(row, 6)).transpose()?,
        expires_at: row.optional_int(7)?,
    })
}

fn role(row: &Row, column: usize) -> Result<Role, StoreError> {
    Role::parse(row.text(column)?).ok_or(StoreError::Shape("unknown role"))
}

/// Binds all columns of a new user, `$1` to `$9`.
fn with_values(
    add: Statement,
    user: &User,
    password_hash: String,
    webhook: Option<Bytes>,
) -> Statement {
    add.bind(user.id.to_string())
        .bind(user.tenant_id.to_string())
        .bind(user.email.as_str())
        .bind(password_hash)
        .bind(user.role.name())
        .bind(i64::from(user.active))
        .bind(Value::from(webhook))
        .bind(user.created_at.timestamp())
        .bind(user.updated_at.timestamp())
}

/// The token of a user who was added just before, or who was not and then has none.
fn add_token(user: UserId, token_hash: [u8; 32]) -> Statement {
    let add = "INSERT INTO token (hash, member_id) SELECT $1, id FROM member WHERE id = $2";
    Statement::new(add)
        .bind(token_hash.to_vec())
        .bind(user.to_string())
}

/// From the answers to "which devices" and "delete, returning".
fn deleted(answers: &[Vec<Row>]) -> Result<Option<Vec<DeviceId>>, StoreError> {
    let [devices, gone] = answers else {
        return Err(StoreError::Shape("a deletion was not answered in full"));
    };
    if gone.is_empty() {
        return Ok(None);
    }
    let devices = devices.iter().map(|row| id(row, 0));
    devices.collect::<Result<_, _>>().map(Some)
}
