//! The contacts that the phone shares over app state, and what they call themselves, kept sealed.

mod writer;

use std::sync::atomic::{AtomicU64, Ordering};

use actix::Recipient;
use chrono::Utc;
use tokio::sync::{mpsc, oneshot};
use wacore::types::events::ContactUpdate;
use wacore_binary::Jid;

use self::writer::{Entry, Writer};
use super::contact::{Contact, Names};
use super::runtime::{guarded, on_panic};
use crate::device::messages::Observed;
use crate::device::told;
use crate::store::contacts::ContactChange;
use crate::store::{DeviceNumber, Store, StoreError};

/// The address book of one device.
///
/// Contacts come in on the receive path, which cannot wait for the store; a task of their own writes them. What waits for
/// it is bounded by the patch that brought it, which is in memory as a whole anyway.
pub struct ContactBook {
    store: Store,
    device: DeviceNumber,
    entries: mpsc::UnboundedSender<Entry>,
    changes: AtomicU64,
}

impl ContactBook {
    /// Starts the task, which ends with the book.
    pub(in crate::device) fn open(
        store: Store,
        device: DeviceNumber,
        actor: &Recipient<Observed>,
    ) -> Self {
        let (entries, received) = mpsc::unbounded_channel();
        let write = Writer::new(store.clone(), device).run(received);
        tokio::spawn(guarded(write, on_panic(actor)));
        Self {
            store,
            device,
            entries,
            changes: AtomicU64::new(0),
        }
    }

    /// Takes a contact in.
    pub(super) fn learn(&self, update: &ContactUpdate) {
        let change = ContactChange {
            jid: update.jid.to_non_ad_string(),
            contact: Contact::new(&update.jid, &update.action),
            at: told::version(update.timestamp, Utc::now()).timestamp_millis(),
        };
        self.changes.fetch_add(1, Ordering::SeqCst);
        // The task is only gone when the store is.
        let _ = self.entries.send(Entry::Learnt(Box::new(change)));
    }

    /// Takes in what somebody calls itself, whatever its JIDs are. Of those who are no contacts nothing is kept.
    pub(super) fn learn_names(&self, jids: impl IntoIterator<Item = Jid>, names: Names) {
        if names != Names::default() {
            let jids = jids.into_iter().map(|jid| jid.to_non_ad_string());
            let _ = self
                .entries
                .send(Entry::Named(Box::new((jids.collect(), names))));
        }
    }

    /// From now on the phone tells of everybody. It does not tell whom it has removed.
    pub(super) fn snapshot_begins(&self) {
        let _ = self.entries.send(Entry::SnapshotBegins);
    }

    /// Removes whom the phone has not told of since; unless it is `complete`, nobody.
    pub(super) fn snapshot_ends(&self, complete: bool) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        let _ = self.entries.send(Entry::SnapshotEnds { complete });
    }

    /// Counts how often somebody was added, changed or removed.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Waits until everything learnt so far is stored.
    pub(super) async fn settle(&self) {
        let (stored, settled) = oneshot::channel();
        if self.entries.send(Entry::Stored(stored)).is_ok() {
            // An error means the same as above.
            let _ = settled.await;
        }
    }

    /// Everybody in it.
    pub async fn all(&self) -> Result<Vec<Contact>, StoreError> {
        self.settle().await;
        let contacts = self.store.contacts::<Contact, Names>(self.device).await?;
        let named = |(contact, names): (Contact, Option<Names>)| Contact {
            names: names.unwrap_or_default(),
            ..contact
        };
        Ok(contacts.into_iter().map(named).collect())
    }
}
