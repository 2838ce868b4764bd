//! Whom an own message has reached. Signs of it come in any order, and more than once.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::State;
use crate::store::value::Statement;
use crate::store::{DeviceNumber, Store, StoreError};

/// A sign that an own message has come so far.
pub struct Reach<'a, T> {
    /// Whose message.
    pub device: DeviceNumber,
    /// Which message.
    pub id: &'a str,
    /// How far.
    pub state: State,
    /// With whom; `None`: with WhatsApp itself. The same person always under the same name.
    pub who: Option<(&'a str, &'a T)>,
    /// Unix seconds.
    pub at: i64,
    /// WhatsApp's code of a refusal.
    pub failure: Option<&'a str>,
}

/// Whom a message has reached, and when, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached<T> {
    /// Who it is.
    pub who: T,
    /// A device of theirs has it.
    pub delivered_at: Option<i64>,
    /// They have read it.
    pub read_at: Option<i64>,
    /// They have listened to it, or watched it.
    pub played_at: Option<i64>,
}

/// Never back, and to a refusal only from where nothing is known yet.
const RAISE: &str = "UPDATE message SET state = $1, failure = $6 WHERE device = $2 AND id = $3 AND mine = 1 \
    AND ((state < $1 AND $1 > $4) OR (state = $5 AND $1 = $4))";

const REACH: &str = "INSERT INTO message_receipt (message, who, delivered_at, read_at, played_at, value) \
    SELECT number, $1, $2, $3, $4, $5 FROM message WHERE device = $6 AND id = $7 AND mine = 1 \
    ON CONFLICT (message, who) DO UPDATE SET \
        delivered_at = COALESCE(message_receipt.delivered_at, excluded.delivered_at), \
        read_at = COALESCE(message_receipt.read_at, excluded.read_at), \
        played_at = COALESCE(message_receipt.played_at, excluded.played_at)";

const REACHED: &str = "SELECT who, delivered_at, read_at, played_at, value FROM message_receipt \
    WHERE message = $1 ORDER BY delivered_at, who LIMIT $2";

impl<T> Reach<'_, T> {
    /// Has the message be in the state that the sign tells of, unless more is known of it.
    pub(in crate::store) fn raise(&self) -> Statement {
        let raise = Statement::new(RAISE).bind(self.state.number());
        let raise = raise.bind(self.device.0).bind(self.id);
        let (failed, pending) = (State::Failed.number(), State::Pending.number());
        let failure = self.failure.map(str::to_owned);
        raise.bind(failed).bind(pending).bind(failure)
    }
}

impl Store {
    /// Takes note of signs, all or none; durable when answered. Of messages that are not kept, none.
    pub async fn reach<T: Serialize>(&self, signs: &[Reach<'_, T>]) -> Result<(), StoreError> {
        let mut unit = Vec::with_capacity(signs.len() * 2);
        for sign in signs {
            unit.push(sign.raise());
            if let Some((name, who)) = sign.who {
                unit.push(self.reached(sign, name, who)?);
            }
        }
        self.write_patiently(unit).await.map(drop)
    }

    fn reached<T: Serialize>(
        &self,
        sign: &Reach<'_, T>,
        name: &str,
        who: &T,
    ) -> Result<Statement, StoreError> {
        let key = &self.shared.key;
        let name = key.namer("receipt", sign.device).name(name.as_bytes());
        let plain = serde_json::to_vec(who)
            .map_err(|_| StoreError::Shape("a name cannot be written as JSON"))?;
        let sealed = key.sealer("receipt", sign.device).seal(&name, &plain)?;
        // Whoever has read it has it.
        let since = |state| (sign.state >= state).then_some(sign.at);
        let reach = Statement::new(REACH).bind(name.to_vec());
        let reach = reach.bind(since(State::Delivered)).bind(since(State::Read));
        let reach = reach.bind(since(State::Played)).bind(sealed);
        Ok(reach.bind(sign.device.0).bind(sign.id))
    }

    /// Whom a message has reached, up to so many, who had it first first.
    pub async fn reached_by<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        message: i64,
        limit: usize,
    ) -> Result<Vec<Reached<T>>, StoreError> {
        let find = Statement::new(REACHED).bind(message).bind(limit as i64);
        let sealer = self.sealer("receipt", device);
        let rows = self.read(find).await?;
        let reached = rows.iter().map(|row| {
            let plain = sealer.unseal(&row.blob(0)?, &row.blob(4)?)?;
            Ok(Reached {
                who: serde_json::from_slice(&plain)
                    .map_err(|_| StoreError::Shape("a name does not hold what it should"))?,
                delivered_at: row.optional_int(1)?,
                read_at: row.optional_int(2)?,
                played_at: row.optional_int(3)?,
            })
        });
        reached.collect()
    }
}
