//! Reads: what is staged wins over what is on disk.
//!
//! The staged state is looked at first. What becomes durable after that look is on disk when the disk is read, so
//! nothing can fall between the two.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;

use super::{Kind, RecordBackend, RecordKey, Rows, Scan, Staged};
use crate::store::{Row, Statement, StoreError};

impl RecordBackend {
    /// The writer may have been committing for an older life when this one began; its result must be seen here,
    /// or this life would go on from a state that is no longer the newest.
    async fn caught_up(&self) -> Result<(), StoreError> {
        let barrier = async || self.store.write_patiently(Vec::new()).await.map(drop);
        self.caught_up.get_or_try_init(barrier).await.map(drop)
    }

    async fn read(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        self.caught_up().await?;
        self.store.read_patiently(statements).await
    }

    /// The value of one record, unsealed; `None` where there is none.
    pub(super) async fn get(&self, key: RecordKey) -> Result<Option<Bytes>, StoreError> {
        Ok(self.get_many(&[key]).await?.pop().flatten())
    }

    /// The values in the order of `keys`.
    pub(super) async fn get_many(
        &self,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Bytes>>, StoreError> {
        let staged = self.writes.look(keys)?;
        let on_disk = || {
            keys.iter()
                .zip(&staged)
                .filter(|(_, staged)| staged.is_none())
                .map(|(key, _)| key)
        };
        let statements: Vec<Statement> = on_disk().map(|key| self.places.select(key)).collect();
        let mut answers = Vec::new();
        if !statements.is_empty() {
            answers = self.read(statements).await?;
        }
        let mut answers = answers.into_iter();
        let values = keys.iter().zip(staged).map(|(key, staged)| match staged {
            Some(value) => Ok(value),
            None => self.unsealed(key, answers.next()),
        });
        values.collect()
    }

    fn unsealed(
        &self,
        key: &RecordKey,
        rows: Option<Vec<Row>>,
    ) -> Result<Option<Bytes>, StoreError> {
        let rows = rows.ok_or(StoreError::Shape("a statement was not answered"))?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        self.places.open(key, &row.blob(0)?).map(Some)
    }

    /// Whether a record is there, without opening it.
    pub(super) async fn exists(&self, key: RecordKey) -> Result<bool, StoreError> {
        if let Some(Some(staged)) = self.writes.look(std::slice::from_ref(&key))?.pop() {
            return Ok(staged.is_some());
        }
        let answers = self.read(vec![self.places.probe(&key)]).await?;
        Ok(answers.first().is_some_and(|rows| !rows.is_empty()))
    }

    /// All records of a scan in the order of their keys.
    pub(super) async fn scan(&self, scan: Scan) -> Result<Vec<(RecordKey, Bytes)>, StoreError> {
        self.find(&scan, true).await
    }

    /// The keys of a scan, in order.
    pub(super) async fn scan_keys(&self, scan: Scan) -> Result<Vec<RecordKey>, StoreError> {
        let found = self.find(&scan, false).await?;
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    async fn find(&self, scan: &Scan, values: bool) -> Result<Vec<(RecordKey, Bytes)>, StoreError> {
        let kind = scan.from.kind;
        let staged = self.writes.look_from(&scan.from, |key| scan.covers(key))?;
        let newer: HashSet<Bytes> = staged
            .keys()
            .map(|bytes| {
                let bytes = bytes.clone();
                self.places.of(&RecordKey { kind, bytes }).bytes
            })
            .collect();
        let answers = self.read(vec![self.places.scan(scan, values)]).await?;
        let mut found = Vec::new();
        for row in answers.into_iter().flatten() {
            let bytes = row.blob(0)?;
            if newer.contains(&bytes) {
                continue;
            }
            let (key, value) = self.places.found(RecordKey { kind, bytes }, &row)?;
            if scan.covers(&key) {
                found.push((key, value));
            }
        }
        add_staged(&mut found, kind, staged);
        Ok(found)
    }
}

fn add_staged(found: &mut Vec<(RecordKey, Bytes)>, kind: Kind, staged: BTreeMap<Bytes, Staged>) {
    let live = staged
        .into_iter()
        .filter_map(|(bytes, value)| Some((RecordKey { kind, bytes }, value?)));
    found.extend(live);
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
}
