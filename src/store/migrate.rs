//! Schema versions: numbered steps, each applied once. What is half done at a crash is taken up by the next start.

mod reseal;

use tracing::{info, warn};

use super::sqlite::Engine;
use super::value::Statement;
use super::{Row, SealingKey, StoreError};
use crate::telemetry::Chain;

/// Every step in order; its version is its place counted from 1. Never change one that was released.
const STEPS: &[(&str, Step)] = &[
    (
        "records",
        Step::Sql(include_str!("migrations/0001_records.sql")),
    ),
    (
        "accounts",
        Step::Sql(include_str!("migrations/0002_accounts.sql")),
    ),
    (
        "members",
        Step::Sql(include_str!("migrations/0003_members.sql")),
    ),
    (
        "exits",
        Step::Sql(include_str!("migrations/0004_exits.sql")),
    ),
    (
        "device tokens",
        Step::Sql(include_str!("migrations/0005_device_tokens.sql")),
    ),
    (
        "webhooks",
        Step::Sql(include_str!("migrations/0006_webhooks.sql")),
    ),
    (
        "contact names",
        Step::Sql(include_str!("migrations/0007_contact_names.sql")),
    ),
    (
        "nothing in clear",
        Step::Sql(include_str!("migrations/0008_nothing_in_clear.sql")),
    ),
    ("what was in clear is sealed", Step::Rows(reseal::reseal)),
    (
        "clear columns",
        Step::Rebuild(include_str!("migrations/0010_clear_columns.sql")),
    ),
    ("traces of what was in clear", Step::Scrub),
    (
        "idempotency",
        Step::Sql(include_str!("migrations/0012_idempotency.sql")),
    ),
    (
        "messages",
        Step::Sql(include_str!("migrations/0013_messages.sql")),
    ),
    ("jobs", Step::Sql(include_str!("migrations/0014_jobs.sql"))),
    (
        "chat list",
        Step::Sql(include_str!("migrations/0015_chat_list.sql")),
    ),
    (
        "statuses",
        Step::Sql(include_str!("migrations/0016_statuses.sql")),
    ),
    (
        "chat names",
        Step::Sql(include_str!("migrations/0017_chat_names.sql")),
    ),
    (
        "status views",
        Step::Sql(include_str!("migrations/0018_status_views.sql")),
    ),
    (
        "others' statuses",
        Step::Sql(include_str!("migrations/0019_others_statuses.sql")),
    ),
    (
        "history",
        Step::Sql(include_str!("migrations/0020_history.sql")),
    ),
    (
        "console sessions",
        Step::Sql(include_str!("migrations/0021_console_sessions.sql")),
    ),
    (
        "given tokens",
        Step::Sql(include_str!("migrations/0022_given_tokens.sql")),
    ),
    (
        "pairing links",
        Step::Sql(include_str!("migrations/0023_pairing_links.sql")),
    ),
];

/// How a step is made.
///
/// The texts may use `{BLOB}` for the type of bytes and `{ID}` for a generated key that is never given twice.
/// No deferred constraints: they fail at the commit, which is shared with other callers.
enum Step {
    /// In one transaction.
    Sql(&'static str),
    /// The same with foreign keys left alone: a table that others refer to can be made anew.
    Rebuild(&'static str),
    /// In transactions of its own, which it can be interrupted between.
    Rows(fn(&mut Engine, &SealingKey) -> Result<(), StoreError>),
    /// Takes the room of the whole database for a moment, so it may fail; then the next start tries it again.
    Scrub,
}

/// Brings the schema up to date; [`StoreError::NewerSchema`] when it is of a newer wutsd.
pub(super) fn migrate(engine: &mut Engine, key: &SealingKey) -> Result<(), StoreError> {
    engine.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let found = version(engine)?;
    let known = STEPS.len() as i64;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let missing = (1i64..).zip(STEPS).filter(|(version, _)| *version > found);
    for (version, (name, step)) in missing {
        match step {
            Step::Sql(text) => apply(engine, version, text)?,
            Step::Rebuild(text) => rebuild(engine, version, text)?,
            Step::Rows(work) => {
                work(engine, key)?;
                engine.run(&done(version))?;
            }
            // A new database has no past.
            Step::Scrub if found > 0 => {
                if let Err(error) = engine.scrub() {
                    warn!(
                        error = %Chain(&error),
                        "pages of the database that are not in use may still hold what an older wutsd wrote in clear; \
                         the next start tries again to clean them"
                    );
                    continue;
                }
                engine.run(&done(version))?;
            }
            Step::Scrub => drop(engine.run(&done(version))?),
        }
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

fn done(version: i64) -> Statement {
    Statement::new("INSERT INTO schema_version (version) VALUES ($1)").bind(version)
}

fn rebuild(engine: &mut Engine, version: i64, text: &str) -> Result<(), StoreError> {
    engine.enforce_references(false)?;
    let applied = apply(engine, version, text);
    engine.enforce_references(true).and(applied)
}

fn apply(engine: &mut Engine, version: i64, text: &str) -> Result<(), StoreError> {
    engine.begin()?;
    let applied = engine
        .batch(&engine.dialect(text))
        .and_then(|()| engine.check_references())
        .and_then(|()| engine.run(&done(version)));
    match applied {
        Ok(_) => engine.commit(),
        Err(error) => {
            engine.rollback();
            Err(error)
        }
    }
}
