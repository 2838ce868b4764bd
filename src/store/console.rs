//! What only the console needs: who has logged in, and the devices of everybody with the names that people give them.

use chrono::{DateTime, Utc};

use super::devices::{id, time};
use super::value::{Row, Statement};
use super::{DeviceNumber, Store, StoreError};
use crate::ids::{DeviceId, TenantId, UserId};

/// Sessions that one token may have; the oldest makes room.
const MOST: i64 = 20;

const BEGIN: &str =
    "INSERT INTO console_session (hash, token_hash, expires_at) VALUES ($1, $2, $3)";
const TRIM: &str = "DELETE FROM console_session WHERE token_hash = $1 AND number NOT IN \
    (SELECT number FROM console_session WHERE token_hash = $1 ORDER BY number DESC LIMIT $2)";
const FIND: &str =
    "SELECT token_hash, expires_at FROM console_session WHERE hash = $1 AND expires_at > $2";
const SWEEP: &str = "DELETE FROM console_session WHERE number IN \
    (SELECT number FROM console_session WHERE expires_at <= $1 LIMIT $2) RETURNING number";

/// `$1`, `$2`: whose; NULL for everybody's. `$3`: 0, of what is no dead letter. What waits for longest is the first in its device's queue.
const FLEET: &str = "SELECT d.id, d.number, d.user_id, d.tenant_id, d.name, m.email, t.name, \
    (SELECT o.at FROM outbox AS o WHERE o.device = d.number AND o.dead = $3 ORDER BY o.number LIMIT 1) \
    FROM device AS d JOIN member AS m ON m.id = d.user_id JOIN tenant AS t ON t.id = d.tenant_id \
    WHERE (d.tenant_id = $1 OR $1 IS NULL) AND (d.user_id = $2 OR $2 IS NULL) ORDER BY d.number";

/// Somebody who is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsoleSession {
    /// Hash of the token that was shown.
    pub token: [u8; 32],
    /// Not later than this.
    pub expires_at: DateTime<Utc>,
}

/// What people know a device by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetDevice {
    /// Which one.
    pub id: DeviceId,
    /// Under which its records are.
    pub number: DeviceNumber,
    /// Whose.
    pub user: UserId,
    /// Whose.
    pub tenant: TenantId,
    /// For people.
    pub name: String,
    /// The user's e-mail address.
    pub email: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// Since when the oldest of its events waits to be delivered.
    pub waiting_since: Option<DateTime<Utc>>,
}

impl Store {
    /// Begins a session of the console under the hash of its secret.
    pub async fn begin_console_session(
        &self,
        hash: [u8; 32],
        session: ConsoleSession,
    ) -> Result<(), StoreError> {
        let begin = Statement::new(BEGIN).bind(hash.to_vec());
        let begin = begin.bind(session.token.to_vec());
        let trim = Statement::new(TRIM).bind(session.token.to_vec()).bind(MOST);
        self.write(vec![begin.bind(session.expires_at.timestamp()), trim])
            .await
            .map(drop)
    }

    /// The session with this hash, if it has not ended. Whether its token is still somebody's is to be asked next.
    pub async fn console_session(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<ConsoleSession>, StoreError> {
        let find = Statement::new(FIND).bind(hash.to_vec());
        let found = self.read(find.bind(Utc::now().timestamp())).await?;
        found.first().map(session).transpose()
    }

    /// Ends it, if there is one; durable when answered.
    pub async fn end_console_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        let end = Statement::new("DELETE FROM console_session WHERE hash = $1");
        self.write(vec![end.bind(hash.to_vec())]).await.map(drop)
    }

    /// Removes sessions that have ended, and returns how many. `now` is in Unix seconds.
    pub(super) async fn sweep_console_sessions(&self, now: i64) -> Result<usize, StoreError> {
        self.in_chunks(Statement::new(SWEEP).bind(now)).await
    }

    /// The devices of a user, or of everybody, oldest first.
    pub async fn fleet(
        &self,
        of: Option<(TenantId, UserId)>,
    ) -> Result<Vec<FleetDevice>, StoreError> {
        let (tenant, user) = of.unzip();
        let find = Statement::new(FLEET)
            .bind(tenant.map(|tenant| tenant.to_string()))
            .bind(user.map(|user| user.to_string()))
            .bind(0);
        self.read(find).await?.iter().map(fleet_device).collect()
    }
}

fn session(row: &Row) -> Result<ConsoleSession, StoreError> {
    let token = row.blob(0)?;
    let wrong = |_| StoreError::Shape("a hash of a token has another length");
    Ok(ConsoleSession {
        token: token[..].try_into().map_err(wrong)?,
        expires_at: time(row.int(1)?)?,
    })
}

fn fleet_device(row: &Row) -> Result<FleetDevice, StoreError> {
    let waiting = row.optional_int(7)?.map(|millis| time(millis / 1000));
    Ok(FleetDevice {
        id: id(row, 0)?,
        number: DeviceNumber(row.int(1)?),
        user: id(row, 2)?,
        tenant: id(row, 3)?,
        name: row.text(4)?.to_owned(),
        email: row.text(5)?.to_owned(),
        tenant_name: row.text(6)?.to_owned(),
        waiting_since: waiting.transpose()?,
    })
}
