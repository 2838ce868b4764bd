//! Who has got or seen an own status. Signs of it come in any order, and more than once.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accounts::Caller;
use super::value::Statement;
use super::{DeviceNumber, Store, StoreError};

/// A sign that a status has reached somebody.
pub struct ViewSign<'a, T> {
    /// Whose status.
    pub device: DeviceNumber,
    /// Which status.
    pub id: &'a str,
    /// The same person always by the same name.
    pub name: &'a str,
    /// All names.
    pub who: &'a T,
    /// They have seen it, and not just got it.
    pub viewed: bool,
    /// Unix seconds.
    pub at: i64,
}

/// Whom a status has reached, and when, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView<T> {
    /// Its place in the order in which they were first heard of.
    pub number: i64,
    /// Who it is.
    pub who: T,
    /// A device of theirs has it.
    pub delivered_at: Option<i64>,
    /// They have seen it.
    pub viewed_at: Option<i64>,
}

/// Some of those whom a status has reached.
pub struct StatusViews<T> {
    /// Whose status it is.
    pub device: DeviceNumber,
    /// How many have got it.
    pub delivered: i64,
    /// How many have seen it.
    pub viewed: i64,
    /// In the order in which they were first heard of.
    pub views: Vec<StatusView<T>>,
}

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only those after this place.
    pub after: i64,
    /// Only those who have seen it.
    pub viewed: bool,
    /// At most so many.
    pub limit: i64,
}

/// What is new is returned.
const SIGN: &str = "INSERT INTO status_view (status, who, delivered_at, viewed_at, value) \
    SELECT number, $1, $2, $3, $4 FROM status WHERE device = $5 AND id = $6 \
    ON CONFLICT (status, who) DO UPDATE SET viewed_at = excluded.viewed_at \
    WHERE status_view.viewed_at IS NULL AND excluded.viewed_at IS NOT NULL RETURNING viewed_at";
const FIND: &str = "SELECT s.number, s.device FROM status AS s JOIN device AS d ON d.number = s.device \
    WHERE s.id = $1 AND d.tenant_id = $2 AND (d.user_id = $3 OR $4 = 1) \
    AND $5 IN ('', d.id) ORDER BY s.number DESC LIMIT 1";
const COUNT: &str = "SELECT COUNT(*), COUNT(viewed_at) FROM status_view WHERE status = $1";
const PAGE: &str = "SELECT number, who, delivered_at, viewed_at, value FROM status_view \
    WHERE status = $1 AND number > $2 AND ($3 = 0 OR viewed_at IS NOT NULL) ORDER BY number LIMIT $4";

impl Store {
    /// Takes note of signs, all or none; durable when answered. Which of them tell that somebody has seen a status for the
    /// first time. Of statuses that are not known, none.
    pub async fn note_views<T: Serialize>(
        &self,
        signs: &[ViewSign<'_, T>],
    ) -> Result<Vec<bool>, StoreError> {
        let mut unit = Vec::with_capacity(signs.len());
        // Those of a crowd are all of one device: its keys are made once.
        for signs in signs.chunk_by(|one, next| one.device == next.device) {
            let device = signs[0].device;
            let namer = self.shared.key.namer("status view", device);
            let sealer = self.sealer("status view", device);
            for sign in signs {
                let who = namer.name(sign.name.as_bytes());
                let plain = serde_json::to_vec(sign.who)
                    .map_err(|_| StoreError::Shape("a viewer cannot be written as JSON"))?;
                let value = sealer.seal(&who, &plain)?;
                let note = Statement::new(SIGN).bind(who.to_vec()).bind(sign.at);
                let note = note.bind(sign.viewed.then_some(sign.at)).bind(value);
                unit.push(note.bind(device.0).bind(sign.id));
            }
        }
        let noted = self.write_patiently(unit).await?;
        let new = noted.iter().map(|rows| match rows.first() {
            Some(row) => Ok(row.optional_int(0)?.is_some()),
            None => Ok(false),
        });
        new.collect()
    }

    /// Whom a status of the caller has reached. `None`: there is no such status.
    pub async fn status_views<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        id: &str,
        page: Page,
    ) -> Result<Option<StatusViews<T>>, StoreError> {
        let find = Statement::new(FIND).bind(id);
        let found = self.read(caller.bind(find)).await?;
        let Some(row) = found.first() else {
            return Ok(None);
        };
        let (status, device) = (row.int(0)?, DeviceNumber(row.int(1)?));
        let count = Statement::new(COUNT).bind(status);
        let some = Statement::new(PAGE).bind(status).bind(page.after);
        let some = some.bind(i64::from(page.viewed)).bind(page.limit);
        let answers = self.read_many(vec![count, some]).await?;
        let counts = answers.first().and_then(|rows| rows.first());
        let counts = counts.ok_or(StoreError::Shape("a count has no row"))?;
        let sealer = self.sealer("status view", device);
        let views = answers.get(1).into_iter().flatten().map(|row| {
            let plain = sealer.unseal(&row.blob(1)?, &row.blob(4)?)?;
            let who = serde_json::from_slice(&plain)
                .map_err(|_| StoreError::Shape("a viewer does not hold what it should"))?;
            Ok(StatusView {
                number: row.int(0)?,
                who,
                delivered_at: row.optional_int(2)?,
                viewed_at: row.optional_int(3)?,
            })
        });
        Ok(Some(StatusViews {
            device,
            delivered: counts.int(0)?,
            viewed: counts.int(1)?,
            views: views.collect::<Result<_, StoreError>>()?,
        }))
    }
}
