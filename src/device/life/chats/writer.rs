//! The task that writes what was learnt of chats, by the names that are known here.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};
use wacore_binary::Jid;

use super::{Called, Last, wrote};
use crate::device::kept::ChatSettings;
use crate::device::life::patience::before_another_attempt;
use crate::store::chat_list::{ChatName, Done};
use crate::store::{DeviceNumber, RecordBackend, Statement, Store, StoreError};

/// What is written together.
const BATCH: usize = 256;

/// What it is told, in order.
pub enum Entry {
    /// Something was done with a chat. In a box: a channel has room for 32 of these from the start, and every device has a
    /// channel.
    Change(Box<Change>),
    /// Everything before this is stored once it is answered.
    Stored(oneshot::Sender<()>),
}

/// Something that was done with a chat.
pub struct Change {
    /// The chat, as WhatsApp names it.
    pub jid: Jid,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What was done.
    pub what: What,
}

/// What was done with a chat.
pub enum What {
    /// It was pinned, archived or muted, or is no longer.
    Done(Done),
    /// It was read, or is to be seen as one that was not.
    Read(bool),
    /// It was deleted.
    Deleted,
    /// This account has sent the message with this id.
    Sent(String),
    /// It calls itself so.
    Named(String),
    /// Its messages last for so many seconds; 0: for ever.
    DisappearAfter(u32),
}

/// Writes what the list of one device learns.
pub struct Writer {
    store: Store,
    device: DeviceNumber,
    /// Where it is known who is who.
    records: Arc<RecordBackend>,
}

impl Writer {
    /// Of this device.
    pub fn new(store: Store, device: DeviceNumber, records: Arc<RecordBackend>) -> Self {
        Self {
            store,
            device,
            records,
        }
    }

    /// Works until the book is gone.
    pub async fn run(self, mut entries: mpsc::UnboundedReceiver<Entry>) {
        // Given back while nothing comes, which is nearly always: every device has one.
        let mut received = Vec::new();
        while entries.recv_many(&mut received, BATCH).await > 0 {
            let (mut changes, mut waiting) = (Vec::new(), Vec::new());
            for entry in std::mem::take(&mut received) {
                match entry {
                    Entry::Change(change) => changes.push(*change),
                    Entry::Stored(stored) => waiting.push(stored),
                }
            }
            while let Err(failure) = Box::pin(self.write(&changes)).await {
                if !before_another_attempt("what was done with chats", &failure).await {
                    return;
                }
            }
            for asked in waiting {
                let _ = asked.send(());
            }
        }
    }

    async fn write(&self, changes: &[Change]) -> Result<(), StoreError> {
        let mut unit = Vec::with_capacity(changes.len());
        for change in changes {
            if let Some(called) = Called::known_in(&self.records, &change.jid).await {
                unit.push(self.statement(&called, change)?);
            }
        }
        match unit.is_empty() {
            true => Ok(()),
            false => self.store.write(unit).await.map(drop),
        }
    }

    fn statement(&self, called: &Called, change: &Change) -> Result<Statement, StoreError> {
        let list = self.store.chat_list(self.device);
        let (name, at) = (called.name(), change.at.timestamp());
        Ok(match &change.what {
            What::Done(done) => {
                let chat = ChatName {
                    name: &name,
                    called,
                };
                let by_lid = change.jid.is_lid();
                list.done(&chat, by_lid, *done, change.at.timestamp_millis())?
            }
            What::Read(true) => list.read(&name, at),
            What::Read(false) => list.unread(&name, at),
            What::Deleted => list.gone(&name, at),
            What::Sent(id) => {
                let last = Last {
                    id: id.clone(),
                    mine: true,
                    author: String::new(),
                    at,
                };
                wrote(&self.store, self.device, called, &last, None)?
            }
            What::Named(own_name) => list.named(&name, own_name)?,
            What::DisappearAfter(seconds) => {
                let settings = ChatSettings {
                    jid: called.jid.clone(),
                    disappear_after: *seconds,
                    since: at,
                };
                self.store
                    .put_chat(self.device, &called.jid, &settings, at)?
            }
        })
    }
}
