//! Statuses on their way to many: how far each has come is durable before the next part of it leaves.
//!
//! A row is there before the first byte leaves. What it holds goes when nobody is to get it any more; to whom it went stays
//! for a day, so that it can be deleted.

mod audience;

use bytes::Bytes;

use super::accounts::Caller;
use super::value::{Row, Statement};
use super::{DeviceNumber, Store, StoreError};
use crate::ids::DeviceId;

pub use self::audience::StoredAudience;

/// For so long whom a status went to is known, in seconds: a status is shown for a day.
pub const KEPT: i64 = 24 * 3600;
/// One that is not over by then belongs to a device that is not coming back, in seconds.
const ABANDONED: i64 = 7 * KEPT;

/// How far a status is. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not everybody has it.
    Sending,
    /// WhatsApp has answered for everybody.
    Sent,
    /// It goes no further.
    Failed,
    /// Those who have it are told that it is deleted.
    Deleting,
    /// They have been told.
    Deleted,
}

impl State {
    const ALL: [Self; 5] = [
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Deleting,
        Self::Deleted,
    ];

    fn number(self) -> i64 {
        self as i64
    }

    fn of(number: i64) -> Result<Self, StoreError> {
        let known = usize::try_from(number).ok();
        let known = known.and_then(|number| Self::ALL.get(number));
        known
            .copied()
            .ok_or(StoreError::Shape("a status is in no known state"))
    }
}

/// A status that is to be posted.
pub struct NewStatus<'a> {
    /// Whose.
    pub device: DeviceNumber,
    /// WhatsApp's id.
    pub id: &'a str,
    /// It goes on whatever becomes of whoever asked for it.
    pub promised: bool,
    /// Who is to get it.
    pub audience: &'a StoredAudience,
    /// So many may have it as soon as this is stored: the first part leaves next.
    pub begun: usize,
    /// What it holds.
    pub message: &'a [u8],
    /// Unix seconds.
    pub at: i64,
}

/// How far a status has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownStatus {
    /// WhatsApp's id.
    pub id: String,
    /// How far.
    pub state: State,
    /// It goes on whatever becomes of whoever asked for it.
    pub promised: bool,
    /// How many are to get it.
    pub recipients: usize,
    /// So many of them, from the first, may have it.
    pub begun: usize,
    /// For so many of these WhatsApp has answered.
    pub done: usize,
    /// So many of these it has refused.
    pub refused: usize,
    /// So many of those who may have it have been told that it is deleted.
    pub told: usize,
    /// When it was asked for, in Unix seconds.
    pub at: i64,
    /// WhatsApp wants to be left alone until then, in Unix seconds.
    pub waiting_until: Option<i64>,
    /// Under which id its deletion is told.
    pub revoke_id: Option<String>,
    /// What went wrong.
    pub failure: Option<String>,
}

/// A status on which there is work to do.
pub struct OpenStatus {
    /// How far it has come.
    pub known: KnownStatus,
    /// Who is to get it.
    pub audience: StoredAudience,
    /// What it holds; nothing of one that is deleted.
    pub message: Bytes,
}

/// A step forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// So many may have it as soon as this is stored.
    pub begun: usize,
    /// For so many WhatsApp has answered.
    pub done: usize,
    /// So many of these it has refused.
    pub refused: usize,
    /// What went wrong, of what is new.
    pub failure: Option<&'a str>,
}

/// What a row knows, in order.
macro_rules! known {
    () => {
        "s.id, s.state, s.promised, s.recipients, s.begun, s.done, s.refused, s.told, s.at, s.waiting_until, s.revoke_id, \
        s.failure"
    };
}
/// How many these are.
const KNOWN: usize = 12;

/// One that has failed may be tried again under its id: phones show an id once.
const PUT: &str = "INSERT INTO status (device, id, state, promised, recipients, begun, done, refused, told, at, audience, message) \
    SELECT number, $1, 0, $2, $3, $4, 0, 0, 0, $5, $6, $7 FROM device WHERE number = $8 AND account IS NOT NULL \
    ON CONFLICT (device, id) DO UPDATE SET state = 0, promised = excluded.promised, recipients = excluded.recipients, \
    begun = excluded.begun, done = 0, refused = 0, at = excluded.at, ended_at = NULL, waiting_until = NULL, failure = NULL, \
    audience = excluded.audience, message = excluded.message WHERE status.state = 2 RETURNING id";
const STEP: &str = "UPDATE status SET begun = $1, done = $2, refused = $3, failure = COALESCE($4, failure), waiting_until = NULL \
    WHERE device = $5 AND id = $6 AND state = 0 RETURNING id";
const HOLD: &str = "UPDATE status SET waiting_until = $1 WHERE device = $2 AND id = $3";
const END: &str = "UPDATE status SET state = $1, done = $2, refused = $3, failure = COALESCE($4, failure), ended_at = $5, \
    waiting_until = NULL, message = NULL WHERE device = $6 AND id = $7 AND state = 0 RETURNING id";
const DELETE: &str = "UPDATE status SET state = 3, told = 0, revoke_id = $1, ended_at = NULL, waiting_until = NULL, message = NULL \
    WHERE device = $2 AND id = $3 AND state IN (0, 1, 2) RETURNING id";
const TELL: &str =
    "UPDATE status SET told = $1, waiting_until = NULL WHERE device = $2 AND id = $3 AND state = 3";
const DELETED: &str = "UPDATE status SET state = $1, failure = COALESCE($2, failure), ended_at = $3, waiting_until = NULL, audience = NULL \
    WHERE device = $4 AND id = $5 AND state = 3";
const NEXT: &str = concat!(
    "SELECT ",
    known!(),
    ", s.audience, s.message FROM status AS s WHERE s.device = $1 AND \
    ((s.state = 0 AND s.promised = 1) OR s.state = 3) ORDER BY s.state DESC, s.number LIMIT 1"
);
const LEFT: &str = concat!(
    "SELECT ",
    known!(),
    " FROM status AS s WHERE s.device = $1 AND s.state IN (0, 3)"
);
const ONE: &str = concat!(
    "SELECT ",
    known!(),
    " FROM status AS s WHERE s.device = $1 AND s.id = $2"
);
const POSTED: &str = concat!(
    "SELECT ",
    known!(),
    ", s.number FROM status AS s JOIN device AS d ON d.number = s.device \
    WHERE d.id = $1 AND s.number < $2 ORDER BY s.number DESC LIMIT $3"
);
const AUDIENCE: &str = "SELECT audience FROM status WHERE device = $1 AND id = $2";
const OF_CALLER: &str = concat!(
    "SELECT ",
    known!(),
    " FROM status AS s JOIN device AS d ON d.number = s.device \
    WHERE s.id = $1 AND d.tenant_id = $2 AND (d.user_id = $3 OR $4 = 1) \
    AND $5 IN ('', d.id) ORDER BY s.number DESC LIMIT 1"
);
const SWEEP: &str = "DELETE FROM status WHERE number IN (SELECT number FROM status \
    WHERE COALESCE(ended_at + $1, at + $2) < $3 LIMIT $4) RETURNING id";

impl Store {
    /// Keeps a status before its first byte leaves; durable when answered. False: one of this id is known, and has not failed.
    pub async fn put_status(&self, new: &NewStatus<'_>) -> Result<bool, StoreError> {
        let place = new.id.as_bytes();
        let audience = self.sealer("status audience", new.device);
        let audience = audience.seal(place, &new.audience.encoded())?;
        let message = self.sealer("status message", new.device);
        let message = message.seal(place, new.message)?;
        let put = Statement::new(PUT).bind(new.id);
        let put = put.bind(i64::from(new.promised));
        let put = put.bind(count(new.audience.people.len()));
        let put = put.bind(count(new.begun)).bind(new.at);
        let put = put.bind(audience).bind(message).bind(new.device.0);
        Ok(any(self.write(vec![put]).await?))
    }

    /// Notes a step forward; durable when answered. False: it is deleted meanwhile, or over.
    pub async fn step_status(
        &self,
        device: DeviceNumber,
        id: &str,
        step: Step<'_>,
    ) -> Result<bool, StoreError> {
        let note = Statement::new(STEP).bind(count(step.begun));
        let note = note.bind(count(step.done)).bind(count(step.refused));
        let note = note.bind(step.failure.map(str::to_owned));
        let note = note.bind(device.0).bind(id);
        Ok(any(self.write_patiently(vec![note]).await?))
    }

    /// Notes that WhatsApp wants to be left alone until then, in Unix seconds.
    pub async fn hold_status(
        &self,
        device: DeviceNumber,
        id: &str,
        until: i64,
    ) -> Result<(), StoreError> {
        let hold = Statement::new(HOLD).bind(until).bind(device.0).bind(id);
        self.write_patiently(vec![hold]).await.map(drop)
    }

    /// It goes no further, and nobody is to get it any more; durable when answered, together with `told`. False: it is
    /// deleted meanwhile, or was over.
    pub async fn end_status(
        &self,
        device: DeviceNumber,
        id: &str,
        (state, step): (State, Step<'_>),
        (at, told): (i64, Vec<Statement>),
    ) -> Result<bool, StoreError> {
        let end = Statement::new(END).bind(state.number());
        let end = end.bind(count(step.done)).bind(count(step.refused));
        let end = end.bind(step.failure.map(str::to_owned)).bind(at);
        let mut unit = vec![end.bind(device.0).bind(id)];
        unit.extend(told);
        Ok(any(self.write_patiently(unit).await?))
    }

    /// From now on it is deleted; durable when answered. `revoke_id`: under which whoever has it is told. False: it was
    /// before, or there is none.
    pub async fn delete_status(
        &self,
        device: DeviceNumber,
        id: &str,
        revoke_id: &str,
    ) -> Result<bool, StoreError> {
        let delete = Statement::new(DELETE).bind(revoke_id);
        let delete = delete.bind(device.0).bind(id);
        Ok(any(self.write(vec![delete]).await?))
    }

    /// So many have been told that it is deleted; durable when answered.
    pub async fn tell_status(
        &self,
        device: DeviceNumber,
        id: &str,
        told: usize,
    ) -> Result<(), StoreError> {
        let tell = Statement::new(TELL).bind(count(told));
        let tell = tell.bind(device.0).bind(id);
        self.write_patiently(vec![tell]).await.map(drop)
    }

    /// Everybody has been told that it is deleted, or will not be for this reason; durable when answered.
    pub async fn status_deleted(
        &self,
        device: DeviceNumber,
        id: &str,
        failure: Option<&str>,
        at: i64,
    ) -> Result<(), StoreError> {
        let state = match failure {
            None => State::Deleted,
            Some(_) => State::Failed,
        };
        let end = Statement::new(DELETED).bind(state.number());
        let end = end.bind(failure.map(str::to_owned)).bind(at);
        let end = end.bind(device.0).bind(id);
        self.write_patiently(vec![end]).await.map(drop)
    }

    /// What a device has to do next: those who have a status that is deleted are told first.
    pub async fn next_status(
        &self,
        device: DeviceNumber,
    ) -> Result<Option<OpenStatus>, StoreError> {
        let rows = self
            .read_patiently(vec![Statement::new(NEXT).bind(device.0)])
            .await?;
        let row = rows.first().and_then(|rows| rows.first());
        row.map(|row| self.open_status(device, row)).transpose()
    }

    fn open_status(&self, device: DeviceNumber, row: &Row) -> Result<OpenStatus, StoreError> {
        let known = known(row)?;
        let place = known.id.as_bytes();
        let audience = self.sealer("status audience", device);
        let audience = audience.unseal(place, &row.blob(KNOWN)?)?;
        let message = match row.optional_blob(KNOWN + 1)? {
            Some(sealed) => {
                let message = self.sealer("status message", device);
                message.unseal(place, &sealed)?
            }
            None => Bytes::new(),
        };
        Ok(OpenStatus {
            audience: StoredAudience::decoded(&audience)?,
            known,
            message,
        })
    }

    /// To whom a status of this device goes. `None`: there is none, or it is deleted.
    pub async fn status_audience(
        &self,
        device: DeviceNumber,
        id: &str,
    ) -> Result<Option<StoredAudience>, StoreError> {
        let find = Statement::new(AUDIENCE).bind(device.0).bind(id);
        let rows = self.read(find).await?;
        let sealed = rows.first().map(|row| row.optional_blob(0)).transpose()?;
        let Some(sealed) = sealed.flatten() else {
            return Ok(None);
        };
        let audience = self.sealer("status audience", device);
        StoredAudience::decoded(&audience.unseal(id.as_bytes(), &sealed)?).map(Some)
    }

    /// Those of a device on which there is work to do, or was when an earlier life ended.
    pub async fn statuses_left(
        &self,
        device: DeviceNumber,
    ) -> Result<Vec<KnownStatus>, StoreError> {
        let rows = self.read(Statement::new(LEFT).bind(device.0)).await?;
        rows.iter().map(known).collect()
    }

    /// How far a status of this device is. `None`: there is none.
    pub async fn status(
        &self,
        device: DeviceNumber,
        id: &str,
    ) -> Result<Option<KnownStatus>, StoreError> {
        let one = Statement::new(ONE).bind(device.0).bind(id);
        let rows = self.read(one).await?;
        rows.first().map(known).transpose()
    }

    /// So many of a device before this one, the newest first, each with its number.
    pub async fn posted(
        &self,
        device: DeviceId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, KnownStatus)>, StoreError> {
        let posted = Statement::new(POSTED).bind(device.to_string());
        let rows = self.read(posted.bind(before).bind(limit)).await?;
        let shown = |row| Ok((Row::int(row, 12)?, known(row)?));
        rows.iter().map(shown).collect()
    }

    /// How far a status is, on whichever device the caller may know of.
    pub async fn find_status(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<KnownStatus>, StoreError> {
        let find = Statement::new(OF_CALLER).bind(id);
        let rows = self.read(caller.bind(find)).await?;
        rows.first().map(known).transpose()
    }

    /// Forgets those that nobody can ask for any more, and returns how many. `now` is in Unix seconds.
    pub(super) async fn sweep_statuses(&self, now: i64) -> Result<usize, StoreError> {
        let sweep = Statement::new(SWEEP).bind(KEPT).bind(ABANDONED);
        self.in_chunks(sweep.bind(now)).await
    }
}

fn known(row: &Row) -> Result<KnownStatus, StoreError> {
    let number = |column| {
        row.int(column)
            .map(|number| usize::try_from(number).unwrap_or(0))
    };
    Ok(KnownStatus {
        id: row.text(0)?.to_owned(),
        state: State::of(row.int(1)?)?,
        promised: row.flag(2)?,
        recipients: number(3)?,
        begun: number(4)?,
        done: number(5)?,
        refused: number(6)?,
        told: number(7)?,
        at: row.int(8)?,
        waiting_until: row.optional_int(9)?,
        revoke_id: row.optional_text(10)?.map(str::to_owned),
        failure: row.optional_text(11)?.map(str::to_owned),
    })
}

/// Whether the first statement has changed something.
fn any(rows: Vec<Vec<Row>>) -> bool {
    rows.first().is_some_and(|changed| !changed.is_empty())
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
