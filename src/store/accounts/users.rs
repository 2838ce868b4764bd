//! Users: how they come, change and go.
//!
//! Who may do it is decided outside, from what was read before. So each write repeats in its own transaction what that
//! decision rests on: the caller's power, the target's membership, and that an active admin remains. There is one writer,
//! so of two changes at once the second sees what the first has done.

use chrono::Utc;

use super::{Caller, Credentials, Role, User, add_token, deleted, role, with_values};
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::devices::{id, time};
use crate::store::value::{Row, Statement};
use crate::store::{Store, StoreError};

/// What a user may do at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// What the user may do to others.
    pub role: Role,
    /// Whether the user may do anything at all.
    pub active: bool,
}

impl Membership {
    fn leads(self) -> bool {
        self.active && self.role == Role::Admin
    }
}

impl User {
    /// What the user may do as it was read.
    pub fn membership(&self) -> Membership {
        Membership {
            role: self.role,
            active: self.active,
        }
    }
}

/// A change of one user that was decided from what was read.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Who wants it, with the role that the decision rests on.
    pub actor: Caller,
    /// In the actor's tenant.
    pub target: UserId,
    /// As the decision saw it.
    pub from: Membership,
    /// As it shall be.
    pub to: Membership,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// Actor or target is not as the decision saw them: read again, decide again.
    Outdated,
    /// The tenant would have no active admin.
    LastAdmin,
}

macro_rules! select_user {
    ($tail:literal) => {
        concat!(
            "SELECT id, tenant_id, email, role, active, created_at, updated_at FROM member ",
            $tail
        )
    };
}

/// Binds: new role, activity and time; target, tenant, its role and activity; the actor with its role and activity;
/// what an admin who remains is, and who is not counted as one.
const CHANGE: &str = "UPDATE member SET role = $1, active = $2, updated_at = $3 \
    WHERE id = $4 AND tenant_id = $5 AND role = $6 AND active = $7 \
    AND EXISTS (SELECT 1 FROM member AS actor \
        WHERE actor.id = $8 AND actor.tenant_id = $5 AND actor.role = $9 AND actor.active = $10) \
    AND EXISTS (SELECT 1 FROM member AS lead \
        WHERE lead.tenant_id = $5 AND lead.role = $11 AND lead.active = $10 AND lead.id <> $12) \
    RETURNING id";

/// Whether the premises of a change hold: when they do and nothing was changed, it was for want of another admin.
const PREMISES: &str = "SELECT id FROM member \
    WHERE id = $1 AND tenant_id = $2 AND role = $3 AND active = $4 \
    AND EXISTS (SELECT 1 FROM member AS actor \
        WHERE actor.id = $5 AND actor.tenant_id = $2 AND actor.role = $6 AND actor.active = $7)";

impl Store {
    /// Adds a user to the actor's tenant. `false`: the actor no longer has the power to. `Conflict`: somebody in the
    /// tenant has this e-mail address.
    pub async fn add_user(
        &self,
        actor: Caller,
        user: &User,
        credentials: Credentials,
    ) -> Result<bool, StoreError> {
        let add = Statement::new(
            "INSERT INTO member (id, tenant_id, email, password_hash, role, active, webhook, created_at, updated_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM member AS actor \
             WHERE actor.id = $10 AND actor.tenant_id = $2 AND actor.role = $11 AND actor.active = $12 RETURNING id",
        );
        let webhook = self.sealed_pending_url(user.id, credentials.webhook_url)?;
        let add = with_values(add, user, credentials.password_hash, webhook);
        let add = add.bind(actor.user.to_string()).bind(actor.role.name());
        let unit = vec![add.bind(1), add_token(user.id, credentials.token_hash)];
        let answers = self.write(unit).await?;
        Ok(answers.first().is_some_and(|added| !added.is_empty()))
    }

    /// All users of a tenant, oldest first.
    pub async fn users(&self, tenant: TenantId) -> Result<Vec<User>, StoreError> {
        let list = Statement::new(select_user!(
            "WHERE tenant_id = $1 ORDER BY created_at, email"
        ));
        let rows = self.read(list.bind(tenant.to_string())).await?;
        rows.iter().map(user).collect()
    }

    /// A user, whatever the tenant.
    pub async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        let rows = self.read(find_user(user_id)).await?;
        rows.first().map(user).transpose()
    }

    /// Two users as they are at the same moment.
    pub async fn two_users(
        &self,
        first: UserId,
        second: UserId,
    ) -> Result<(Option<User>, Option<User>), StoreError> {
        let found = self
            .read_many(vec![find_user(first), find_user(second)])
            .await?;
        let mut found = found.iter().map(|rows| rows.first().map(user).transpose());
        let mut next = || found.next().unwrap_or(Ok(None));
        Ok((next()?, next()?))
    }

    /// Changes a user, unless its premises no longer hold or the tenant would be left without an active admin.
    pub async fn change_user(&self, change: &Change) -> Result<Settled, StoreError> {
        let answers = self.write(vec![apply(change), premises(change)]).await?;
        let [changed, unchanged] = answers.as_slice() else {
            return Err(StoreError::Shape("a change was not answered in full"));
        };
        Ok(match (changed.is_empty(), unchanged.is_empty()) {
            (false, _) => Settled::Done,
            (true, true) => Settled::Outdated,
            (true, false) => Settled::LastAdmin,
        })
    }

    /// Deletes a user who was deactivated before, with the user's devices. `None`: there is none, or it is active
    /// again. Otherwise the devices whose rows went.
    pub async fn delete_user(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<Option<Vec<DeviceId>>, StoreError> {
        let of_user = |sql| {
            let statement = Statement::new(sql).bind(tenant.to_string());
            statement.bind(user.to_string())
        };
        let unit = vec![
            of_user("SELECT id FROM device WHERE tenant_id = $1 AND user_id = $2"),
            of_user(
                "DELETE FROM member WHERE tenant_id = $1 AND id = $2 AND active = $3 RETURNING id",
            )
            .bind(0),
        ];
        deleted(&self.write(unit).await?)
    }
}

fn apply(change: &Change) -> Statement {
    let Change {
        actor,
        target,
        from,
        to,
    } = change;
    // A change that takes no admin away counts all of them, so that its guard always holds.
    let uncounted = if from.leads() && !to.leads() {
        target.to_string()
    } else {
        String::new()
    };
    Statement::new(CHANGE)
        .bind(to.role.name())
        .bind(i64::from(to.active))
        .bind(Utc::now().timestamp())
        .bind(target.to_string())
        .bind(actor.tenant.to_string())
        .bind(from.role.name())
        .bind(i64::from(from.active))
        .bind(actor.user.to_string())
        .bind(actor.role.name())
        .bind(1)
        .bind(Role::Admin.name())
        .bind(uncounted)
}

fn premises(change: &Change) -> Statement {
    Statement::new(PREMISES)
        .bind(change.target.to_string())
        .bind(change.actor.tenant.to_string())
        .bind(change.from.role.name())
        .bind(i64::from(change.from.active))
        .bind(change.actor.user.to_string())
        .bind(change.actor.role.name())
        .bind(1)
}

fn find_user(user: UserId) -> Statement {
    Statement::new(select_user!("WHERE id = $1")).bind(user.to_string())
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: id(row, 0)?,
        tenant_id: id(row, 1)?,
        email: row.text(2)?.to_owned(),
        role: role(row, 3)?,
        active: row.flag(4)?,
        created_at: time(row.int(5)?)?,
        updated_at: time(row.int(6)?)?,
    })
}
