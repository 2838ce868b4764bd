//! The list of chats: what the account's devices do with them, and who wrote last, kept sealed.

mod writer;

use std::sync::Arc;

use actix::Recipient;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use wacore::stanza::groups::GroupNotificationAction;
use wacore::types::events::Event;
use wacore_binary::{Jid, JidExt as _};

use self::writer::{Change, Entry, What, Writer};
use super::runtime::{guarded, on_panic};
use crate::device::kept::About;
use crate::device::known_as::KnownAs;
use crate::device::messages::Observed;
use crate::device::report::{Participant, Participants};
use crate::device::told;
use crate::store::chat_list::{ChatName, Done, ListedChat, Wrote};
use crate::store::messages::NewMessage;
use crate::store::{DeviceNumber, RecordBackend, Statement, Store, StoreError};

/// A mute that nobody has set an end to.
pub const FOR_EVER: i64 = -1;

/// What a chat is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// As WhatsApp named it last.
    pub jid: String,
    /// In a chat between two: the other one.
    pub other: KnownAs,
}

impl Called {
    /// A chat that this JID names. `None`: it is neither somebody nor a group.
    pub async fn known_in(records: &RecordBackend, jid: &Jid) -> Option<Self> {
        if !(jid.is_pn() || jid.is_lid() || jid.is_group()) {
            return None;
        }
        Some(Self {
            jid: jid.to_non_ad_string(),
            other: Participant::names_in(records, jid).await,
        })
    }

    /// The name by which it is known best: by number, and else by LID; a group by its JID.
    pub fn name(&self) -> String {
        let person = self.other.jid();
        person.map_or_else(|| self.jid.clone(), |jid| jid.to_string())
    }
}

/// The last message of a chat, as it is named in the app state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// WhatsApp's id.
    pub id: String,
    /// This account wrote it.
    pub mine: bool,
    /// The JID of whoever wrote it.
    pub author: String,
    /// Unix seconds.
    pub at: i64,
}

/// The list of one device.
///
/// What is done with chats is heard on the receive path, which cannot wait for the store; a task of its own writes it. What
/// waits for it is bounded by the patch that brought it, which is in memory as a whole anyway.
pub struct ChatBook {
    store: Store,
    device: DeviceNumber,
    entries: mpsc::UnboundedSender<Entry>,
}

impl ChatBook {
    /// Starts the task, which ends with the book.
    pub(in crate::device) fn open(
        store: Store,
        device: DeviceNumber,
        records: Arc<RecordBackend>,
        actor: &Recipient<Observed>,
    ) -> Self {
        let (entries, received) = mpsc::unbounded_channel();
        let write = Writer::new(store.clone(), device, records).run(received);
        tokio::spawn(guarded(write, on_panic(actor)));
        Self {
            store,
            device,
            entries,
        }
    }

    /// Takes in what another device of the account has done, and how long a group's messages last from now on.
    pub(super) fn hear(&self, event: &Event) {
        let (jid, at, what) = match event {
            Event::PinUpdate(update) => {
                let pinned = update.action.pinned.unwrap_or_default();
                (
                    &update.jid,
                    update.timestamp,
                    What::Done(Done::Pinned(pinned)),
                )
            }
            Event::ArchiveUpdate(update) => {
                let archived = update.action.archived.unwrap_or_default();
                (
                    &update.jid,
                    update.timestamp,
                    What::Done(Done::Archived(archived)),
                )
            }
            Event::MuteUpdate(update) => {
                let until = match update.action.muted.unwrap_or_default() {
                    true => update.action.mute_end_timestamp.unwrap_or(FOR_EVER),
                    false => 0,
                };
                (
                    &update.jid,
                    update.timestamp,
                    What::Done(Done::MutedUntil(until)),
                )
            }
            Event::MarkChatAsReadUpdate(update) => {
                let read = update.action.read.unwrap_or_default();
                (&update.jid, update.timestamp, What::Read(read))
            }
            Event::DeleteChatUpdate(update) => (&update.jid, update.timestamp, What::Deleted),
            Event::GroupUpdate(update) => match update.action {
                GroupNotificationAction::Ephemeral { expiration, .. } => {
                    let after = What::DisappearAfter(expiration);
                    (&update.group_jid, update.timestamp, after)
                }
                _ => return,
            },
            _ => return,
        };
        self.take(jid, at, what);
    }

    /// The same of what was done here.
    pub fn done(&self, jid: &Jid, done: Done) {
        self.take(jid, Utc::now(), What::Done(done));
    }

    /// This account has sent a message, which WhatsApp has accepted.
    pub(super) fn sent(&self, jid: &Jid, id: &str, at: DateTime<Utc>) {
        self.take(jid, at, What::Sent(id.to_owned()));
    }

    /// Somebody has read what is in a chat.
    pub fn read(&self, jid: &Jid) {
        self.take(jid, Utc::now(), What::Read(true));
    }

    /// A chat calls itself so.
    pub fn named(&self, jid: &Jid, own_name: String) {
        self.take(jid, Utc::now(), What::Named(own_name));
    }

    fn take(&self, jid: &Jid, at: DateTime<Utc>, what: What) {
        let change = Change {
            jid: jid.to_non_ad(),
            at: told::version(at, Utc::now()),
            what,
        };
        // The task is only gone when the store is.
        let _ = self.entries.send(Entry::Change(Box::new(change)));
    }

    /// Waits until everything learnt so far is stored.
    pub(super) async fn settle(&self) {
        let (stored, settled) = oneshot::channel();
        if self.entries.send(Entry::Stored(stored)).is_ok() {
            // An error means the same as above.
            let _ = settled.await;
        }
    }

    /// All chats, in no order.
    pub async fn all(&self) -> Result<Vec<ListedChat<Called>>, StoreError> {
        self.settle().await;
        self.store.chats(self.device).await
    }

    /// Whether the app state names this chat by LID, and the last message in it.
    pub async fn last(&self, called: &Called) -> Result<(bool, Option<Last>), StoreError> {
        self.settle().await;
        let found = self.store.last_in_chat(self.device, &called.name()).await?;
        Ok(found.unwrap_or_default())
    }

    /// What an inbound message changes, to be committed before the message itself.
    pub(super) fn wrote(
        &self,
        people: &Participants,
        message: &NewMessage<'_, About>,
        push_name: &str,
    ) -> Result<Statement, StoreError> {
        let called = Called {
            jid: message.about.chat.clone(),
            other: people.chat.as_ref().map(KnownAs::from).unwrap_or_default(),
        };
        let last = Last {
            id: message.id.to_owned(),
            mine: message.mine,
            author: message.about.author_jid.clone(),
            at: message.at,
        };
        let names_the_chat = people.chat.is_some() && !message.mine && !push_name.is_empty();
        let own_name = names_the_chat.then_some(push_name);
        wrote(&self.store, self.device, &called, &last, own_name)
    }
}

/// Takes note of a message in a chat.
fn wrote(
    store: &Store,
    device: DeviceNumber,
    called: &Called,
    last: &Last,
    own_name: Option<&str>,
) -> Result<Statement, StoreError> {
    let chat = ChatName {
        name: &called.name(),
        called,
    };
    let wrote = Wrote {
        id: &last.id,
        mine: last.mine,
        at: last.at,
        last,
        own_name,
    };
    store.chat_list(device).wrote(&chat, &wrote)
}
