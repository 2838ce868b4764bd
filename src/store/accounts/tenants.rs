//! The list of tenants, and their beginning and end.

use super::{Credentials, Tenant, User, add_token, deleted, with_values};
use crate::ids::{DeviceId, TenantId};
use crate::store::devices::{id, time};
use crate::store::value::{Row, Statement};
use crate::store::{Store, StoreError};

impl Store {
    /// Creates a tenant and its first user, both or neither. `false`: somebody has this e-mail address, in whatever tenant.
    /// `Conflict`: the name is taken.
    pub async fn register(
        &self,
        tenant: &Tenant,
        user: &User,
        credentials: Credentials,
    ) -> Result<bool, StoreError> {
        let add_tenant = Statement::new(
            "INSERT INTO tenant (id, name, created_at, updated_at) SELECT $1, $2, $3, $4 \
             WHERE NOT EXISTS (SELECT 1 FROM member WHERE email = $5) RETURNING id",
        )
        .bind(tenant.id.to_string())
        .bind(tenant.name.as_str())
        .bind(tenant.created_at.timestamp())
        .bind(tenant.updated_at.timestamp())
        .bind(user.email.as_str());
        let add_user = Statement::new(
            "INSERT INTO member (id, tenant_id, email, password_hash, role, active, webhook, created_at, updated_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM tenant WHERE id = $2",
        );
        let webhook = self.sealed_pending_url(user.id, credentials.webhook_url)?;
        let add_user = with_values(add_user, user, credentials.password_hash, webhook);
        let add_token = add_token(user.id, credentials.token_hash);
        let answers = self.write(vec![add_tenant, add_user, add_token]).await?;
        Ok(answers.first().is_some_and(|added| !added.is_empty()))
    }

    /// All tenants, oldest first.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let list = Statement::new(
            "SELECT id, name, created_at, updated_at FROM tenant ORDER BY created_at, id",
        );
        self.read(list).await?.iter().map(tenant).collect()
    }

    /// A tenant; `None`: there is none of this id.
    pub async fn tenant(&self, tenant_id: TenantId) -> Result<Option<Tenant>, StoreError> {
        let find =
            Statement::new("SELECT id, name, created_at, updated_at FROM tenant WHERE id = $1");
        let rows = self.read(find.bind(tenant_id.to_string())).await?;
        rows.first().map(tenant).transpose()
    }

    /// Deactivates all users of a tenant, so that nobody adds to what is about to be deleted.
    pub async fn suspend(&self, tenant: TenantId) -> Result<(), StoreError> {
        let suspend = Statement::new("UPDATE member SET active = $1 WHERE tenant_id = $2")
            .bind(0)
            .bind(tenant.to_string());
        self.write(vec![suspend]).await.map(drop)
    }

    /// The devices of all users of a tenant.
    pub async fn devices_of_tenant(&self, tenant: TenantId) -> Result<Vec<DeviceId>, StoreError> {
        let list = Statement::new("SELECT id FROM device WHERE tenant_id = $1");
        let rows = self.read(list.bind(tenant.to_string())).await?;
        rows.iter().map(|row| id(row, 0)).collect()
    }

    /// Deletes a tenant with its users and their devices. `None`: there is none. Otherwise the devices whose rows went.
    pub async fn delete_tenant(
        &self,
        tenant: TenantId,
    ) -> Result<Option<Vec<DeviceId>>, StoreError> {
        let unit = vec![
            Statement::new("SELECT id FROM device WHERE tenant_id = $1").bind(tenant.to_string()),
            Statement::new("DELETE FROM tenant WHERE id = $1 RETURNING id")
                .bind(tenant.to_string()),
        ];
        deleted(&self.write(unit).await?)
    }
}

fn tenant(row: &Row) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: id(row, 0)?,
        name: row.text(1)?.to_owned(),
        created_at: time(row.int(2)?)?,
        updated_at: time(row.int(3)?)?,
    })
}
