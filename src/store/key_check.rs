//! One sealed row that shows at `open` whether the key belongs to the store.

use super::record_key::{Kind, RecordKey};
use super::sqlite::Engine;
use super::{DeviceNumber, SealingKey, Statement, StoreError};

const PLAIN: &[u8] = b"wutsd";

/// [`StoreError::WrongKey`] when the key is not the store's. A store without records takes this key for its own.
pub(super) fn check(engine: &mut Engine, key: &SealingKey) -> Result<(), StoreError> {
    let sealer = key.sealer("record", DeviceNumber::NOBODY);
    let known = RecordKey::only(Kind::KeyCheck);
    let rows = engine.run(&known.select(DeviceNumber::NOBODY))?;
    if let Some(row) = rows.first() {
        let opened = sealer.unseal(&known.place(), &row.blob(0)?);
        return opened
            .map(drop)
            .map_err(|_| StoreError::WrongKey { key: key.name() });
    }
    // Only a store without records may have none: otherwise any key would be accepted and damage would follow.
    if !engine
        .run(&Statement::new("SELECT kind FROM record LIMIT 1"))?
        .is_empty()
    {
        return Err(StoreError::Shape(
            "there are records but nothing to check the key with",
        ));
    }
    let sealed = sealer.seal(&known.place(), PLAIN)?;
    engine
        .run(&known.upsert(DeviceNumber::NOBODY, sealed, None))
        .map(drop)
}
