//! Tenants and their users.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::value::{Row, Statement, Value};
use super::{Store, StoreError};
use crate::ids::{TenantId, UserId};

/// An organisation.
#[derive(Clone, Debug, Serialize)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Manager,
    User,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::User => "user",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::Manager, Self::User]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Somebody with a token.
#[derive(Clone, Debug, Serialize)]
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
    pub webhook_url: Option<String>,
}

/// Who a token belongs to: all that a request needs to know about its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user: UserId,
    pub tenant: TenantId,
    pub role: Role,
}

impl Store {
    /// Creates a tenant and its first user, both or neither. `Conflict` when name or e-mail is taken.
    pub async fn register(
        &self,
        tenant: &Tenant,
        user: &User,
        credentials: Credentials,
    ) -> Result<(), StoreError> {
        let add_tenant = Statement::new(
            "INSERT INTO tenant (id, name, created_at, updated_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(tenant.id.to_string())
        .bind(tenant.name.as_str())
        .bind(tenant.created_at.timestamp())
        .bind(tenant.updated_at.timestamp());
        self.write(vec![add_tenant, add_user(user, credentials)])
            .await
            .map(drop)
    }

    /// Whom an active user's token belongs to.
    pub async fn caller(&self, token_hash: &[u8; 32]) -> Result<Option<Caller>, StoreError> {
        let find = Statement::new(
            "SELECT id, tenant_id, role FROM member WHERE token_hash = $1 AND active = 1",
        )
        .bind(token_hash.to_vec());
        self.read(find).await?.first().map(caller).transpose()
    }
}

fn add_user(user: &User, credentials: Credentials) -> Statement {
    Statement::new(
        "INSERT INTO member (id, tenant_id, email, password_hash, role, token_hash, active, webhook_url, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(user.id.to_string())
    .bind(user.tenant_id.to_string())
    .bind(user.email.as_str())
    .bind(credentials.password_hash)
    .bind(user.role.name())
    .bind(credentials.token_hash.to_vec())
    .bind(i64::from(user.active))
    .bind(Value::from(credentials.webhook_url))
    .bind(user.created_at.timestamp())
    .bind(user.updated_at.timestamp())
}

fn caller(row: &Row) -> Result<Caller, StoreError> {
    Ok(Caller {
        user: super::devices::id(row, 0)?,
        tenant: super::devices::id(row, 1)?,
        role: Role::parse(row.text(2)?).ok_or(StoreError::Shape("unknown role"))?,
    })
}
