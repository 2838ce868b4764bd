//! Schema versions: numbered files, each applied once and in its own transaction.

use tracing::info;

use super::sqlite::Engine;
use super::value::Statement;
use super::{Row, StoreError};

/// Every migration in order; its version is its place counted from 1. Never change one that was released.
///
/// The texts may use `{BLOB}` for the type of bytes and `{ID}` for a generated key that is never given twice.
/// No deferred constraints: they fail at the commit, which is shared with other callers.
const MIGRATIONS: &[(&str, &str)] = &[
    ("records", include_str!("migrations/0001_records.sql")),
    ("accounts", include_str!("migrations/0002_accounts.sql")),
    ("members", include_str!("migrations/0003_members.sql")),
    ("exits", include_str!("migrations/0004_exits.sql")),
    (
        "device tokens",
        include_str!("migrations/0005_device_tokens.sql"),
    ),
    ("webhooks", include_str!("migrations/0006_webhooks.sql")),
    (
        "contact names",
        include_str!("migrations/0007_contact_names.sql"),
    ),
    (
        "idempotency",
        include_str!("migrations/0008_idempotency.sql"),
    ),
];

/// Brings the schema up to date; [`StoreError::NewerSchema`] when it is of a newer wutsd.
pub(super) fn migrate(engine: &mut Engine) -> Result<(), StoreError> {
    engine.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let found = version(engine)?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for (version, (name, text)) in (1i64..)
        .zip(MIGRATIONS)
        .filter(|(version, _)| *version > found)
    {
        apply(engine, version, text)?;
        info!(version, name, "database migrated");
    }
    Ok(())
}

fn version(engine: &mut Engine) -> Result<i64, StoreError> {
    let newest = Statement::new("SELECT COALESCE(MAX(version), 0) FROM schema_version");
    engine
        .run(&newest)?
        .first()
        .map_or(Ok(0), |row: &Row| row.int(0))
}

fn apply(engine: &mut Engine, version: i64, text: &str) -> Result<(), StoreError> {
    let record = Statement::new("INSERT INTO schema_version (version) VALUES ($1)").bind(version);
    engine.begin()?;
    let applied = engine
        .batch(&engine.dialect(text))
        .and_then(|()| engine.run(&record));
    match applied {
        Ok(_) => engine.commit(),
        Err(error) => {
            engine.rollback();
            Err(error)
        }
    }
}
