//! Tokens that users have made to give away: what they are good for. Their hashes are in the one table of all tokens.

use chrono::{DateTime, Utc};

use super::accounts::{Scopes, User};
use super::devices::{id, time};
use super::value::{Row, Statement};
use super::{Store, StoreError};
use crate::ids::{DeviceId, TokenId, UserId};

/// Of one user, those that are over not counted.
const MOST: i64 = 100;

/// Only with its user, who has the device, and while there are not too many.
const ADD: &str = "INSERT INTO given_token (id, member_id, device_id, name, scopes, created_at, expires_at) \
    SELECT $1, m.id, $2, $3, $4, $5, $6 FROM member AS m WHERE m.id = $7 \
    AND ($8 = '' OR EXISTS (SELECT 1 FROM device AS d WHERE d.id = $8 AND d.user_id = m.id)) \
    AND (SELECT COUNT(*) FROM given_token AS g WHERE g.member_id = m.id) < $9 RETURNING id";
const ADD_HASH: &str =
    "INSERT INTO token (hash, given_id) SELECT $1, id FROM given_token WHERE id = $2";
const FORGET_OLD: &str = "DELETE FROM given_token WHERE member_id = $1 AND expires_at <= $2";
const LIST: &str = "SELECT id, member_id, device_id, name, scopes, created_at, expires_at FROM given_token \
    WHERE member_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at, id";
const OWNER: &str = "SELECT member_id FROM given_token WHERE id = $1";

/// A token that was given away, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenToken {
    /// Names it to whoever may delete it.
    pub id: TokenId,
    /// Whom it stands for.
    pub user: UserId,
    /// The only device that it reaches; none: all of the user's.
    pub device: Option<DeviceId>,
    /// For people.
    pub name: String,
    /// What it is good for.
    pub scopes: Scopes,
    /// To the second.
    pub created_at: DateTime<Utc>,
    /// To the second; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Stores a new token. `false`: its user has too many, or the user or the device is gone.
    pub async fn give_token(&self, token: &GivenToken, hash: [u8; 32]) -> Result<bool, StoreError> {
        let (user, device) = (
            token.user.to_string(),
            token.device.map(|id| id.to_string()),
        );
        let forget = Statement::new(FORGET_OLD).bind(user.as_str());
        let add = Statement::new(ADD)
            .bind(token.id.to_string())
            .bind(device.clone())
            .bind(token.name.as_str())
            .bind(token.scopes.names())
            .bind(token.created_at.timestamp())
            .bind(token.expires_at.map(|end| end.timestamp()))
            .bind(user)
            .bind(device.unwrap_or_default());
        let hash = Statement::new(ADD_HASH).bind(hash.to_vec());
        let unit = vec![
            forget.bind(Utc::now().timestamp()),
            add.bind(MOST),
            hash.bind(token.id.to_string()),
        ];
        let answers = self.write(unit).await?;
        Ok(answers.get(1).is_some_and(|added| !added.is_empty()))
    }

    /// The tokens of a user that are not over, the oldest first.
    pub async fn given_tokens(&self, user: &User) -> Result<Vec<GivenToken>, StoreError> {
        let list = Statement::new(LIST).bind(user.id.to_string());
        let rows = self.read(list.bind(Utc::now().timestamp())).await?;
        rows.iter().map(given).collect()
    }

    /// Whom a token stands for.
    pub async fn owner_of_token(&self, token: TokenId) -> Result<Option<UserId>, StoreError> {
        let find = Statement::new(OWNER).bind(token.to_string());
        let rows = self.read(find).await?;
        rows.first().map(|row| id(row, 0)).transpose()
    }

    /// Deletes a token of this user.
    pub async fn delete_given_token(&self, user: UserId, token: TokenId) -> Result<(), StoreError> {
        let delete = Statement::new("DELETE FROM given_token WHERE id = $1 AND member_id = $2");
        let delete = delete.bind(token.to_string()).bind(user.to_string());
        self.write(vec![delete]).await.map(drop)
    }
}

fn given(row: &Row) -> Result<GivenToken, StoreError> {
    Ok(GivenToken {
        id: id(row, 0)?,
        user: id(row, 1)?,
        device: row.optional_text(2)?.map(|_| id(row, 2)).transpose()?,
        name: row.text(3)?.to_owned(),
        scopes: Scopes::parse(row.text(4)?),
        created_at: time(row.int(5)?)?,
        expires_at: row.optional_int(6)?.map(time).transpose()?,
    })
}
