//! Where a record is: its kind and its key, and the statements that reach it.

use bytes::Bytes;

use super::{DeviceNumber, Statement};

/// What a record is. The numbers are in the database: never change or reuse one; those that are missing were used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    KeyCheck = 0,
    Device = 1,
    Identity = 22,
    Session = 23,
    SenderKey = 24,
    PreKey = 5,
    SignedPreKey = 6,
    SyncKey = 7,
    LatestSyncKey = 8,
    SyncVersion = 9,
    MutationMac = 10,
    SenderKeyDevice = 31,
    Lid = 32,
    Phone = 33,
    BaseKey = 34,
    DeviceList = 35,
    Group = 36,
    TcToken = 37,
    SentMessage = 38,
    PendingInbound = 39,
    MessageSecret = 40,
    Owed = 41,
}

impl Kind {
    /// As the column `kind` holds it.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Whether its keys hold numbers or JIDs, which nobody may read.
    pub fn names_people(self) -> bool {
        match self {
            Self::KeyCheck
            | Self::Device
            | Self::PreKey
            | Self::SignedPreKey
            | Self::SyncKey
            | Self::LatestSyncKey
            | Self::SyncVersion
            | Self::MutationMac
            | Self::Owed => false,
            Self::Identity
            | Self::Session
            | Self::SenderKey
            | Self::SenderKeyDevice
            | Self::Lid
            | Self::Phone
            | Self::BaseKey
            | Self::DeviceList
            | Self::Group
            | Self::TcToken
            | Self::SentMessage
            | Self::PendingInbound
            | Self::MessageSecret => true,
        }
    }
}

const UPSERT: &str = "INSERT INTO record (device, kind, key, value, at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (device, kind, key) DO UPDATE SET value = excluded.value, at = excluded.at";
const DELETE: &str = "DELETE FROM record WHERE device = $1 AND kind = $2 AND key = $3";
const SELECT: &str = "SELECT value FROM record WHERE device = $1 AND kind = $2 AND key = $3";
const PROBE: &str = "SELECT kind FROM record WHERE device = $1 AND kind = $2 AND key = $3";
const SCAN: &str = "SELECT key, value FROM record WHERE device = $1 AND kind = $2 AND key >= $3 AND key < $4 ORDER BY key";
const SCAN_TAIL: &str =
    "SELECT key, value FROM record WHERE device = $1 AND kind = $2 AND key >= $3 ORDER BY key";
const SCAN_KEYS: &str = "SELECT key FROM record WHERE device = $1 AND kind = $2 AND key >= $3 AND key < $4 ORDER BY key";
const SCAN_KEYS_TAIL: &str =
    "SELECT key FROM record WHERE device = $1 AND kind = $2 AND key >= $3 ORDER BY key";

/// The place of a record among those of its device.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordKey {
    /// What the record is.
    pub kind: Kind,
    /// As the column `key` holds it.
    pub bytes: Bytes,
}

impl RecordKey {
    /// A key of several parts. Each but the last is preceded by its length, so that no two lists of parts give the
    /// same key; the last is bare, so that its beginning can be searched for.
    pub fn new<const N: usize>(kind: Kind, parts: [&[u8]; N]) -> Self {
        Self {
            kind,
            bytes: join(&parts).into(),
        }
    }

    /// A key of one text.
    pub fn text(kind: Kind, text: &str) -> Self {
        Self::new(kind, [text.as_bytes()])
    }

    /// A key of several texts; see [`Self::new`].
    pub fn texts<const N: usize>(kind: Kind, texts: [&str; N]) -> Self {
        Self::new(kind, texts.map(str::as_bytes))
    }

    /// Numbers are in big-endian order, so that they sort.
    pub fn number(kind: Kind, number: u32) -> Self {
        Self::new(kind, [&number.to_be_bytes()])
    }

    /// The single record of its kind.
    pub fn only(kind: Kind) -> Self {
        Self {
            kind,
            bytes: Bytes::new(),
        }
    }

    /// The part after the length-prefixed ones.
    pub fn last_part(&self) -> &[u8] {
        let mut rest: &[u8] = &self.bytes;
        if self.kind == Kind::SenderKeyDevice
            && let Some((len, tail)) = rest.split_first_chunk::<4>()
        {
            rest = tail
                .get(u32::from_be_bytes(*len) as usize..)
                .unwrap_or_default();
        }
        rest
    }

    /// What records are searched for by together: the user of an address, or the group of a sender key.
    pub fn group(&self) -> Option<&[u8]> {
        match self.kind {
            Kind::Identity | Kind::Session if !self.bytes.is_empty() => {
                let user = |byte: &u8| matches!(byte, b'@' | b':');
                self.bytes.split(user).next()
            }
            Kind::SenderKeyDevice => {
                let (len, tail) = self.bytes.split_first_chunk::<4>()?;
                tail.get(..u32::from_be_bytes(*len) as usize)
            }
            _ => None,
        }
    }

    /// What a sealed value is bound to, besides the device.
    pub fn place(&self) -> Vec<u8> {
        let mut place = Vec::with_capacity(8 + self.bytes.len());
        place.extend_from_slice(&self.kind.number().to_be_bytes());
        place.extend_from_slice(&self.bytes);
        place
    }

    /// Writes the record. `at`: Unix seconds, for kinds that are swept.
    pub fn upsert(&self, device: DeviceNumber, sealed: Bytes, at: Option<i64>) -> Statement {
        self.statement(UPSERT, device).bind(sealed).bind(at)
    }

    /// Removes the record; no error where there is none.
    pub fn delete(&self, device: DeviceNumber) -> Statement {
        self.statement(DELETE, device)
    }

    /// Reads the sealed value.
    pub fn select(&self, device: DeviceNumber) -> Statement {
        self.statement(SELECT, device)
    }

    /// Reads whether the record is there.
    pub fn probe(&self, device: DeviceNumber) -> Statement {
        self.statement(PROBE, device)
    }

    fn statement(&self, sql: &'static str, device: DeviceNumber) -> Statement {
        let args = vec![
            device.0.into(),
            self.kind.number().into(),
            self.bytes.clone().into(),
        ];
        Statement { sql, args }
    }
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    let Some((last, before)) = parts.split_last() else {
        return Vec::new();
    };
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in before {
        key.extend_from_slice(&(part.len() as u32).to_be_bytes());
        key.extend_from_slice(part);
    }
    key.extend_from_slice(last);
    key
}

/// All records of a kind whose keys begin alike.
pub(super) struct Scan {
    /// The first that may be among them.
    pub from: RecordKey,
    end: Option<Bytes>,
}

impl Scan {
    /// All records of a kind.
    pub fn all(kind: Kind) -> Self {
        Self::prefix(RecordKey::only(kind))
    }

    /// Keys with this first part and one more.
    pub fn under(kind: Kind, part: &str) -> Self {
        Self::prefix(RecordKey::texts(kind, [part, ""]))
    }

    /// Keys whose last part begins with the last part of `start`.
    pub fn prefix(start: RecordKey) -> Self {
        let end = after(&start.bytes);
        Self { from: start, end }
    }

    /// Whether a key is one of these.
    pub fn covers(&self, key: &RecordKey) -> bool {
        key.kind == self.from.kind && key.bytes.starts_with(&self.from.bytes)
    }

    /// Reads keys and sealed values, in order.
    pub fn select(&self, device: DeviceNumber) -> Statement {
        self.statement(SCAN, SCAN_TAIL, device)
    }

    /// Reads the keys alone, in order.
    pub fn select_keys(&self, device: DeviceNumber) -> Statement {
        self.statement(SCAN_KEYS, SCAN_KEYS_TAIL, device)
    }

    fn statement(
        &self,
        range: &'static str,
        tail: &'static str,
        device: DeviceNumber,
    ) -> Statement {
        match &self.end {
            Some(end) => self.from.statement(range, device).bind(end.clone()),
            None => self.from.statement(tail, device),
        }
    }
}

/// The first key that is after all keys with this beginning.
fn after(prefix: &[u8]) -> Option<Bytes> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end.into());
        }
    }
    None
}
