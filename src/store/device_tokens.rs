//! Devices with a token of their own, and a name that is unique for their user.

use super::devices::{Device, accounts, device, insert_device, new_device};
use super::value::Statement;
use super::{Store, StoreError};
use crate::ids::DeviceId;
use crate::store::accounts::Caller;

/// Nothing is inserted when the name is taken; both statements are one transaction of the one writer.
const ADD_DEVICE: &str = insert_device!(
    "SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS \
     (SELECT 1 FROM device WHERE tenant_id = $2 AND user_id = $3 AND name = $4)"
);
const ADD_TOKEN: &str =
    "INSERT INTO token (hash, device_id) SELECT $1, id FROM device WHERE id = $2";

impl Store {
    /// Adds a device that is yet to be paired, with its token. `None`: the user has one with this name already.
    /// `Conflict`: another device has this token, or a user, active or not.
    pub async fn create_device_with_token(
        &self,
        owner: Caller,
        name: &str,
        token_hash: &[u8; 32],
    ) -> Result<Option<Device>, StoreError> {
        let id = DeviceId::random();
        let add_device = new_device(ADD_DEVICE, id, owner.tenant, owner.user, name);
        let add_token = Statement::new(ADD_TOKEN).bind(token_hash.to_vec());
        let unit = vec![add_device, add_token.bind(id.to_string())];
        let answers = self.write(unit).await?;
        let added = answers.first().and_then(|rows| rows.first());
        let accounts = accounts(&self.shared.key);
        added.map(|row| device(row, &accounts)).transpose()
    }
}
