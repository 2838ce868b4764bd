//! The chats of a device as a phone lists them: what was done with them, and when somebody wrote last.
//!
//! What the phone has told is true whichever life heard it, and what was done later counts, in whatever order it is heard.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sealing::names::Namer;
use super::value::{Row, Statement};
use super::{DeviceNumber, Sealer, SealingKey, Store, StoreError};

/// A chat, by the name by which it is known best, and all that it is called.
pub struct ChatName<'a, T> {
    /// Always the same for the same chat.
    pub name: &'a str,
    /// What is told of it.
    pub called: &'a T,
}

/// Something that the account's devices have done with a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It stands above others, or no longer.
    Pinned(bool),
    /// It is out of sight, or no longer.
    Archived(bool),
    /// Until then, in Unix milliseconds; -1: for ever; 0: no longer.
    MutedUntil(i64),
}

/// A message that somebody wrote in a chat.
pub struct Wrote<'a, L> {
    /// WhatsApp's id of it.
    pub id: &'a str,
    /// This account did.
    pub mine: bool,
    /// Unix seconds.
    pub at: i64,
    /// What is needed to name it.
    pub last: &'a L,
    /// What whoever wrote in a chat between two calls itself.
    pub own_name: Option<&'a str>,
}

/// A chat as it is kept.
#[derive(Clone, Debug)]
pub struct ListedChat<T> {
    /// All that it is called.
    pub called: T,
    /// When somebody wrote last, in Unix seconds.
    pub active_at: Option<i64>,
    /// Messages that nobody has read.
    pub unread: i64,
    /// In the app state it goes by LID.
    pub by_lid: bool,
    /// Each with when it was done, in Unix milliseconds.
    pub pinned: (bool, i64),
    pub archived: (bool, i64),
    pub muted_until: (i64, i64),
    /// What a person calls itself; a group's subject, as it was last seen.
    pub own_name: Option<String>,
}

/// Only a paired device has chats: what comes after it was unlinked is not kept.
const PIN: &str = "INSERT INTO chat_list (device, who, value, by_lid, pinned, pinned_at) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, by_lid = excluded.by_lid, \
        pinned = excluded.pinned, pinned_at = excluded.pinned_at WHERE excluded.pinned_at >= chat_list.pinned_at";
const ARCHIVE: &str = "INSERT INTO chat_list (device, who, value, by_lid, archived, archived_at) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, by_lid = excluded.by_lid, \
        archived = excluded.archived, archived_at = excluded.archived_at \
        WHERE excluded.archived_at >= chat_list.archived_at";
const MUTE: &str = "INSERT INTO chat_list (device, who, value, by_lid, muted_until, muted_at) \
    SELECT number, $1, $2, $3, $4, $5 FROM device WHERE number = $6 AND account IS NOT NULL \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, by_lid = excluded.by_lid, \
        muted_until = excluded.muted_until, muted_at = excluded.muted_at WHERE excluded.muted_at >= chat_list.muted_at";

/// A message that is kept already was counted with it. `$7`: how many messages before it stay unread, of each.
const WRITE: &str = "INSERT INTO chat_list (device, who, value, active_at, last, unread, own_name) \
    SELECT number, $1, $2, $3, $4, $5, $9 FROM device WHERE number = $6 AND account IS NOT NULL \
        AND NOT EXISTS (SELECT 1 FROM message WHERE device = $6 AND id = $8 AND mine = 0) \
    ON CONFLICT (device, who) DO UPDATE SET value = excluded.value, \
        own_name = COALESCE(excluded.own_name, chat_list.own_name), unread = chat_list.unread * $7 + excluded.unread, \
        last = CASE WHEN excluded.active_at >= COALESCE(chat_list.active_at, 0) THEN excluded.last ELSE chat_list.last END, \
        active_at = CASE WHEN excluded.active_at >= COALESCE(chat_list.active_at, 0) \
            THEN excluded.active_at ELSE chat_list.active_at END";

const NAME: &str = "UPDATE chat_list SET own_name = $3 WHERE device = $1 AND who = $2";
const READ: &str = "UPDATE chat_list SET unread = 0 WHERE device = $1 AND who = $2 AND COALESCE(active_at, 0) <= $3";
const UNREAD: &str = "UPDATE chat_list SET unread = 1 WHERE device = $1 AND who = $2 AND unread = 0 \
    AND COALESCE(active_at, 0) <= $3";
const GONE: &str =
    "DELETE FROM chat_list WHERE device = $1 AND who = $2 AND COALESCE(active_at, 0) <= $3";

const ALL: &str = "SELECT who, value, active_at, unread, by_lid, pinned, pinned_at, archived, archived_at, muted_until, \
    muted_at, own_name FROM chat_list WHERE device = $1";
const LAST: &str = "SELECT by_lid, last FROM chat_list WHERE device = $1 AND who = $2";

/// The list of one device as it is in the database: nobody's name is there in clear.
pub struct ChatList {
    device: DeviceNumber,
    values: Sealer,
    lasts: Sealer,
    names: Sealer,
    namer: Namer,
}

impl ChatList {
    fn new(key: &SealingKey, device: DeviceNumber) -> Self {
        Self {
            device,
            values: key.sealer("chat list", device),
            lasts: key.sealer("chat list last", device),
            names: key.sealer("chat list name", device),
            namer: key.namer("chat list", device),
        }
    }

    fn who(&self, name: &str) -> Bytes {
        Bytes::copy_from_slice(&self.namer.name(name.as_bytes()))
    }

    /// Takes note of what was done with a chat. `at`: Unix milliseconds; `by_lid`: the app state names it so.
    pub fn done<T: Serialize>(
        &self,
        chat: &ChatName<'_, T>,
        by_lid: bool,
        done: Done,
        at: i64,
    ) -> Result<Statement, StoreError> {
        let (sql, value) = match done {
            Done::Pinned(pinned) => (PIN, i64::from(pinned)),
            Done::Archived(archived) => (ARCHIVE, i64::from(archived)),
            Done::MutedUntil(until) => (MUTE, until),
        };
        let put = self.put(sql, chat)?.bind(i64::from(by_lid));
        Ok(put.bind(value).bind(at).bind(self.device.0))
    }

    /// Takes note of a message, before it is kept itself. Whoever writes has read what was written before.
    pub fn wrote<T: Serialize, L: Serialize>(
        &self,
        chat: &ChatName<'_, T>,
        wrote: &Wrote<'_, L>,
    ) -> Result<Statement, StoreError> {
        let last = self.lasts.seal(&self.who(chat.name), &json(wrote.last)?)?;
        let put = self.put(WRITE, chat)?.bind(wrote.at).bind(last);
        let own_name = wrote.own_name.map(|own| self.own_name(chat.name, own));
        let own_name = own_name.transpose()?;
        let others = i64::from(!wrote.mine);
        Ok(put
            .bind(others)
            .bind(self.device.0)
            .bind(others)
            .bind(wrote.id)
            .bind(own_name))
    }

    fn put<T: Serialize>(
        &self,
        sql: &'static str,
        chat: &ChatName<'_, T>,
    ) -> Result<Statement, StoreError> {
        let who = self.who(chat.name);
        let value = self.values.seal(&who, &json(chat.called)?)?;
        Ok(Statement::new(sql).bind(who).bind(value))
    }

    /// A chat calls itself so.
    pub fn named(&self, name: &str, own_name: &str) -> Result<Statement, StoreError> {
        Ok(self.change(NAME, name).bind(self.own_name(name, own_name)?))
    }

    fn own_name(&self, name: &str, own_name: &str) -> Result<Bytes, StoreError> {
        self.names.seal(&self.who(name), own_name.as_bytes())
    }

    /// Somebody has read what is in a chat at this time, in Unix seconds.
    pub fn read(&self, name: &str, at: i64) -> Statement {
        self.change(READ, name).bind(at)
    }

    /// Somebody wants to see a chat, as it is at this time, as one that was not read; in Unix seconds.
    pub fn unread(&self, name: &str, at: i64) -> Statement {
        self.change(UNREAD, name).bind(at)
    }

    /// Somebody has deleted a chat at this time, in Unix seconds.
    pub fn gone(&self, name: &str, at: i64) -> Statement {
        self.change(GONE, name).bind(at)
    }

    fn change(&self, sql: &'static str, name: &str) -> Statement {
        Statement::new(sql).bind(self.device.0).bind(self.who(name))
    }

    fn listed<T: DeserializeOwned>(&self, row: &Row) -> Result<ListedChat<T>, StoreError> {
        let own_name = row.optional_blob(11)?;
        let own_name = own_name.map(|sealed| self.names.unseal(&row.blob(0)?, &sealed));
        Ok(ListedChat {
            called: read(&self.values.unseal(&row.blob(0)?, &row.blob(1)?)?)?,
            active_at: row.optional_int(2)?,
            unread: row.int(3)?,
            by_lid: row.flag(4)?,
            pinned: (row.flag(5)?, row.int(6)?),
            archived: (row.flag(7)?, row.int(8)?),
            muted_until: (row.int(9)?, row.int(10)?),
            own_name: own_name
                .transpose()?
                .map(|plain| String::from_utf8_lossy(&plain).into_owned()),
        })
    }
}

impl Store {
    /// The chats of one device.
    pub fn chat_list(&self, device: DeviceNumber) -> ChatList {
        ChatList::new(&self.shared.key, device)
    }

    /// All chats of a device, in no order.
    pub async fn chats<T: DeserializeOwned>(
        &self,
        device: DeviceNumber,
    ) -> Result<Vec<ListedChat<T>>, StoreError> {
        let list = self.chat_list(device);
        let rows = self.read(Statement::new(ALL).bind(device.0)).await?;
        rows.iter().map(|row| list.listed(row)).collect()
    }

    /// Whether the app state names a chat by LID, and the last message in it.
    pub async fn last_in_chat<L: DeserializeOwned>(
        &self,
        device: DeviceNumber,
        name: &str,
    ) -> Result<Option<(bool, Option<L>)>, StoreError> {
        let list = self.chat_list(device);
        let rows = self.read(list.change(LAST, name)).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let last = match row.optional_blob(1)? {
            Some(sealed) => Some(read(&list.lasts.unseal(&list.who(name), &sealed)?)?),
            None => None,
        };
        Ok(Some((row.flag(0)?, last)))
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|_| StoreError::Shape("a chat cannot be written as JSON"))
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(plain)
        .map_err(|_| StoreError::Shape("a chat does not hold what it should"))
}
