//! Links by which somebody pairs one device: hashes of their secrets, until when they hold, and since when they are used up.

use chrono::{DateTime, Utc};

use super::devices::{id, time};
use super::value::{Row, Statement};
use super::{Store, StoreError};
use crate::ids::{DeviceId, LinkId, UserId};

/// Of one device, those that are over not counted.
pub const MOST: i64 = 20;
/// For so long a link says that the device was paired, in seconds; then it is unknown.
const SAYS_PAIRED: i64 = 900;

/// Only for a device that is there and not paired, and while there are not too many.
const ADD: &str = "INSERT INTO pairing_link (id, device_id, hash, created_at, expires_at) \
    SELECT $1, d.id, $2, $3, $4 FROM device AS d WHERE d.id = $5 AND d.account IS NULL \
    AND (SELECT COUNT(*) FROM pairing_link AS l WHERE l.device_id = d.id) < $6 RETURNING id";
const FORGET_OLD: &str =
    "DELETE FROM pairing_link WHERE device_id = $1 AND COALESCE(used_at + $2, expires_at) <= $3";
const LIST: &str = "SELECT id, device_id, created_at, expires_at, used_at FROM pairing_link \
    WHERE device_id = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY created_at, id";
const FIND: &str = "SELECT l.id, l.device_id, l.created_at, l.expires_at, l.used_at, d.user_id FROM pairing_link AS l \
    JOIN device AS d ON d.id = l.device_id JOIN member AS m ON m.id = d.user_id \
    WHERE l.hash = $1 AND m.active = $2 AND COALESCE(l.used_at + $3, l.expires_at) > $4";
const DELETE: &str = "DELETE FROM pairing_link WHERE id = $1 AND device_id = $2 RETURNING id";
const USE_UP: &str =
    "UPDATE pairing_link SET used_at = $1 WHERE device_id = $2 AND used_at IS NULL";

/// A link, without its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairingLink {
    /// Names it to whoever may revoke it.
    pub id: LinkId,
    /// What it pairs.
    pub device: DeviceId,
    /// To the second.
    pub created_at: DateTime<Utc>,
    /// To the second.
    pub expires_at: DateTime<Utc>,
    /// The device was paired: it begins no other pairing.
    pub used: bool,
}

/// All links of a device are used up: it is paired.
pub(super) fn use_up(device: DeviceId, now: i64) -> Statement {
    Statement::new(USE_UP).bind(now).bind(device.to_string())
}

impl Store {
    /// Stores a new link. `false`: the device has too many, is paired, or is gone.
    pub async fn add_pairing_link(
        &self,
        link: &PairingLink,
        hash: [u8; 32],
    ) -> Result<bool, StoreError> {
        let device = link.device.to_string();
        let forget = Statement::new(FORGET_OLD).bind(device.as_str());
        let add = Statement::new(ADD).bind(link.id.to_string());
        let add = add
            .bind(hash.to_vec())
            .bind(link.created_at.timestamp())
            .bind(link.expires_at.timestamp())
            .bind(device);
        let unit = vec![
            forget.bind(SAYS_PAIRED).bind(Utc::now().timestamp()),
            add.bind(MOST),
        ];
        let answers = self.write(unit).await?;
        Ok(answers.get(1).is_some_and(|added| !added.is_empty()))
    }

    /// The links of a device that can be used, the oldest first.
    pub async fn pairing_links(&self, device: DeviceId) -> Result<Vec<PairingLink>, StoreError> {
        let list = Statement::new(LIST).bind(device.to_string());
        let rows = self.read(list.bind(Utc::now().timestamp())).await?;
        rows.iter().map(link).collect()
    }

    /// The link with this secret, and whose device it pairs. The user is active.
    pub async fn find_pairing_link(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<(PairingLink, UserId)>, StoreError> {
        let find = Statement::new(FIND).bind(hash.to_vec()).bind(1);
        let find = find.bind(SAYS_PAIRED).bind(Utc::now().timestamp());
        let rows = self.read(find).await?;
        let found = rows.first().map(|row| Ok((link(row)?, id(row, 5)?)));
        found.transpose()
    }

    /// Revokes a link. `false`: the device has none of this id.
    pub async fn delete_pairing_link(
        &self,
        device: DeviceId,
        link: LinkId,
    ) -> Result<bool, StoreError> {
        let delete = Statement::new(DELETE).bind(link.to_string());
        let answers = self.write(vec![delete.bind(device.to_string())]).await?;
        Ok(answers.first().is_some_and(|deleted| !deleted.is_empty()))
    }
}

fn link(row: &Row) -> Result<PairingLink, StoreError> {
    Ok(PairingLink {
        id: id(row, 0)?,
        device: id(row, 1)?,
        created_at: time(row.int(2)?)?,
        expires_at: time(row.int(3)?)?,
        used: row.optional_int(4)?.is_some(),
    })
}
