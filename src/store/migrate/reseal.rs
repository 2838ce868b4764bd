//! Seals what older versions kept in clear: numbers and JIDs in keys, and URLs of webhooks.
//!
//! A piece at a time, each in its own transaction, and what is done no longer looks like what is to be done: whatever ends
//! it, it goes on from there. A value that cannot be opened moves as it is, and stays an error.

use std::collections::HashMap;

use bytes::Bytes;
use tracing::warn;

use crate::store::contacts::Book;
use crate::store::devices::Account;
use crate::store::record_key::{Kind, RecordKey};
use crate::store::record_places::RecordPlaces;
use crate::store::sqlite::Engine;
use crate::store::webhooks::{pending_url, target_url};
use crate::store::{DeviceNumber, Row, SealingKey, Statement, StoreError, key_check};

/// Rows in one transaction.
const PIECE: i64 = 500;

/// Does all of it.
pub(super) fn reseal(engine: &mut Engine, key: &SealingKey) -> Result<(), StoreError> {
    // With another key everything would be sealed so that nobody ever opens it.
    key_check::check(engine, key)?;
    tell_of_shared_tokens(engine)?;
    records(engine, key)?;
    contacts(engine, key)?;
    let device = |row: &Row| {
        let (id, jid) = (row.text(0)?, row.text(1)?.to_owned());
        let lid = row.optional_text(2)?.unwrap_or_default().to_owned();
        let sealed = Account { jid, lid }.seal(key, id)?;
        let update = "UPDATE device SET account = $1, jid = NULL, lid = NULL WHERE id = $2";
        Ok(vec![Statement::new(update).bind(sealed).bind(id)])
    };
    let devices = "SELECT id, jid, lid FROM device WHERE jid IS NOT NULL LIMIT $1";
    in_pieces(engine, devices, device)?;
    let member = |row: &Row| {
        let id = row.text(0)?;
        let sealed = pending_url(key).seal(id.as_bytes(), row.text(1)?.as_bytes())?;
        let update = "UPDATE member SET webhook = $1, webhook_url = NULL WHERE id = $2";
        Ok(vec![Statement::new(update).bind(sealed).bind(id)])
    };
    let members = "SELECT id, webhook_url FROM member WHERE webhook_url IS NOT NULL LIMIT $1";
    in_pieces(engine, members, member)?;
    let webhook = |row: &Row| {
        let number = DeviceNumber(row.int(0)?);
        let sealed = target_url(key, number, row.text(1)?)?;
        let update = "UPDATE webhook SET target = $1, url = $2 WHERE device = $3";
        let update = Statement::new(update).bind(sealed).bind("");
        Ok(vec![update.bind(number.0)])
    };
    let webhooks = "SELECT device, url FROM webhook WHERE target IS NULL LIMIT $1";
    in_pieces(engine, webhooks, webhook)
}

/// What a row becomes no longer matches `select`, so the next piece begins where this one ended.
fn in_pieces(
    engine: &mut Engine,
    select: &'static str,
    mut change: impl FnMut(&Row) -> Result<Vec<Statement>, StoreError>,
) -> Result<(), StoreError> {
    loop {
        let rows = engine.run(&Statement::new(select).bind(PIECE))?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut changes = Vec::new();
        for row in &rows {
            changes.extend(change(row)?);
        }
        together(engine, &changes)?;
    }
}

fn together(engine: &mut Engine, statements: &[Statement]) -> Result<(), StoreError> {
    engine.begin()?;
    for statement in statements {
        if let Err(error) = engine.run(statement) {
            engine.rollback();
            return Err(error);
        }
    }
    engine.commit()
}

/// The user has kept it.
fn tell_of_shared_tokens(engine: &mut Engine) -> Result<(), StoreError> {
    let find =
        "SELECT device_id FROM device_token WHERE token_hash IN (SELECT token_hash FROM member)";
    for row in engine.run(&Statement::new(find))? {
        warn!(
            device.id = row.text(0)?,
            "the token of this device was a user's too: it is the user's alone from now on"
        );
    }
    Ok(())
}

/// Kinds whose keys were in clear, by their former numbers.
const FORMER: [(i64, Kind); 13] = [
    (2, Kind::Identity),
    (3, Kind::Session),
    (4, Kind::SenderKey),
    (11, Kind::SenderKeyDevice),
    (12, Kind::Lid),
    (13, Kind::Phone),
    (14, Kind::BaseKey),
    (15, Kind::DeviceList),
    (16, Kind::Group),
    (17, Kind::TcToken),
    (18, Kind::SentMessage),
    (19, Kind::PendingInbound),
    (20, Kind::MessageSecret),
];

const RECORDS: &str = "SELECT device, kind, key, value, at FROM record \
    WHERE (device, kind, key) > ($1, $2, $3) ORDER BY device, kind, key LIMIT $4";
const REMOVE: &str = "DELETE FROM record WHERE device = $1 AND kind = $2 AND key = $3";

fn records(engine: &mut Engine, key: &SealingKey) -> Result<(), StoreError> {
    let mut places: HashMap<i64, RecordPlaces> = HashMap::new();
    let mut last = (i64::MIN, i64::MIN, Bytes::new());
    loop {
        let next = Statement::new(RECORDS).bind(last.0).bind(last.1);
        let rows = engine.run(&next.bind(last.2.clone()).bind(PIECE))?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = (end.int(0)?, end.int(1)?, end.blob(2)?);
        let mut changes = Vec::new();
        for row in &rows {
            let (device, number, bytes) = (DeviceNumber(row.int(0)?), row.int(1)?, row.blob(2)?);
            let Some((_, kind)) = FORMER.iter().find(|(former, _)| *former == number) else {
                continue;
            };
            let places = places
                .entry(device.0)
                .or_insert_with(|| RecordPlaces::new(key, device));
            let remove = Statement::new(REMOVE).bind(device.0).bind(number);
            changes.push(remove.bind(bytes.clone()));
            let former = [&number.to_be_bytes()[..], &bytes].concat();
            let record = RecordKey { kind: *kind, bytes };
            changes.push(places.moved(&record, &former, row.blob(3)?, row.optional_int(4)?)?);
        }
        together(engine, &changes)?;
    }
}

const CONTACTS: &str = "SELECT device, jid, value, names, at FROM contact LIMIT $1";
const ADD_CONTACT: &str =
    "INSERT INTO new_contact (device, who, value, names, at) VALUES ($1, $2, $3, $4, $5)";

fn contacts(engine: &mut Engine, key: &SealingKey) -> Result<(), StoreError> {
    in_pieces(engine, CONTACTS, |row| {
        let (device, jid) = (DeviceNumber(row.int(0)?), row.text(1)?);
        let (value, names) = (row.blob(2)?, row.optional_blob(3)?);
        let book = Book::new(key, device);
        let (value, names) = book.moved(jid, value, names)?;
        let add = Statement::new(ADD_CONTACT).bind(device.0);
        let add = add.bind(book.who(jid)).bind(value).bind(names);
        let remove = Statement::new("DELETE FROM contact WHERE device = $1 AND jid = $2");
        Ok(vec![add.bind(row.int(4)?), remove.bind(device.0).bind(jid)])
    })
}
