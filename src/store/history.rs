//! What has happened to a device: its newest entries, in their order. Nothing in them is about people.

use chrono::{DateTime, Utc};

use super::value::{Row, Statement};
use super::{DeviceNumber, Store, StoreError};
use crate::ids::DeviceId;

/// Entries of one device; older ones go when a new one comes.
const MOST: i64 = 200;

/// Nothing, for a device that is gone. Numbers count up: there is one writer.
const ADD: &str = "INSERT INTO history (device, number, at, event, reason, code, words, until) \
    SELECT d.number, COALESCE((SELECT MAX(h.number) FROM history AS h WHERE h.device = d.number), 0) + 1, \
    $1, $2, $3, $4, $5, $6 FROM device AS d WHERE d.number = $7";
const TRIM: &str = "DELETE FROM history WHERE device = $1 AND number <= \
    (SELECT MAX(number) FROM history WHERE device = $1) - $2";
const PAGE: &str = "SELECT h.number, h.at, h.event, h.reason, h.code, h.words, h.until FROM history AS h \
    JOIN device AS d ON d.number = h.device WHERE d.id = $1 AND h.number < $2 ORDER BY h.number DESC LIMIT $3";

/// What is to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// To the millisecond.
    pub at: DateTime<Utc>,
    /// What happened, by name.
    pub event: &'static str,
    /// Why, by name.
    pub reason: Option<&'static str>,
    /// WhatsApp's code of a refusal.
    pub code: Option<u16>,
    /// Where the reason's name does not say it all.
    pub words: Option<&'static str>,
    /// Until when it holds.
    pub until: Option<DateTime<Utc>>,
}

/// What was remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Newer ones have greater numbers.
    pub number: i64,
    /// To the millisecond.
    pub at: DateTime<Utc>,
    /// What happened, by name.
    pub event: String,
    /// Why, by name.
    pub reason: Option<String>,
    /// WhatsApp's code of a refusal.
    pub code: Option<i64>,
    /// Where the reason's name does not say it all.
    pub words: Option<String>,
    /// Until when it holds.
    pub until: Option<DateTime<Utc>>,
}

impl NewEntry {
    /// Stores it, and lets the oldest go.
    pub fn put(&self, device: DeviceNumber) -> [Statement; 2] {
        let add = Statement::new(ADD)
            .bind(self.at.timestamp_millis())
            .bind(self.event)
            .bind(self.reason)
            .bind(self.code.map(i64::from))
            .bind(self.words)
            .bind(self.until.map(|until| until.timestamp_millis()));
        let trim = Statement::new(TRIM).bind(device.0);
        [add.bind(device.0), trim.bind(MOST)]
    }
}

impl Store {
    /// The newest entries of a device, at most so many of those before the one of this number.
    pub async fn history(
        &self,
        device: DeviceId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let page = Statement::new(PAGE).bind(device.to_string());
        let rows = self.read(page.bind(before).bind(limit)).await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        number: row.int(0)?,
        at: millis(row.int(1)?)?,
        event: row.text(2)?.to_owned(),
        reason: row.optional_text(3)?.map(str::to_owned),
        code: row.optional_int(4)?,
        words: row.optional_text(5)?.map(str::to_owned),
        until: row.optional_int(6)?.map(millis).transpose()?,
    })
}

fn millis(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or(StoreError::Shape("a time out of range"))
}
