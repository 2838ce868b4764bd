//! The task that writes what was learnt: the receive path cannot wait for the store.

use std::collections::{BTreeSet, HashMap};

use tokio::sync::{mpsc, oneshot};

use crate::device::life::contact::{Contact, Names};
use crate::device::life::patience::before_another_attempt;
use crate::store::contacts::ContactChange;
use crate::store::{DeviceNumber, Store, StoreError};

/// What is written together.
const BATCH: usize = 256;
/// Contacts whose names are remembered, so that each of their messages does not write them anew.
const REMEMBERED: usize = 256;

/// What it is told, in order.
pub enum Entry {
    /// Somebody was added or changed. In a box, as the next: a channel has room for 32 of these from the start, and every
    /// device has a channel.
    Learnt(Box<ContactChange<Contact>>),
    /// What somebody with these JIDs calls itself.
    Named(Box<(Vec<String>, Names)>),
    /// Everything before this is stored once it is answered.
    Stored(oneshot::Sender<()>),
    /// The phone's whole address book follows.
    SnapshotBegins,
    /// It has ended; `complete`: nobody was left out, so whoever did not come was removed on the phone.
    SnapshotEnds { complete: bool },
}

/// Writes what the address book of one device learns.
pub struct Writer {
    store: Store,
    device: DeviceNumber,
    /// Who has come since the phone began to tell of everybody.
    come: Option<BTreeSet<String>>,
    /// Names that are stored.
    names: HashMap<String, Names>,
}

/// What one batch of entries asks for.
#[derive(Default)]
struct Batch {
    changes: Vec<ContactChange<Contact>>,
    names: Vec<(String, Names)>,
    only: Option<BTreeSet<String>>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Writer {
    /// Of this device.
    pub fn new(store: Store, device: DeviceNumber) -> Self {
        Self {
            store,
            device,
            come: None,
            names: HashMap::new(),
        }
    }

    /// Works until the book is gone.
    pub async fn run(mut self, mut entries: mpsc::UnboundedReceiver<Entry>) {
        // Given back while nothing comes, which is nearly always: every device has one.
        let mut received = Vec::new();
        while entries.recv_many(&mut received, BATCH).await > 0 {
            let mut batch = Batch::default();
            std::mem::take(&mut received)
                .into_iter()
                .for_each(|entry| self.take(entry, &mut batch));
            while let Err(failure) = Box::pin(self.write(&batch)).await {
                if !before_another_attempt("contacts", &failure).await {
                    return;
                }
            }
            for asked in batch.waiting {
                let _ = asked.send(());
            }
        }
    }

    fn take(&mut self, entry: Entry, batch: &mut Batch) {
        match entry {
            Entry::Learnt(change) => {
                if let Some(come) = &mut self.come {
                    come.insert(change.jid.clone());
                }
                batch.changes.push(*change);
            }
            Entry::Named(named) => {
                let (jids, names) = *named;
                let new = |jid: &String| self.names.get(jid) != Some(&names);
                let new = jids.into_iter().filter(new);
                batch.names.extend(new.map(|jid| (jid, names.clone())));
            }
            Entry::Stored(stored) => batch.waiting.push(stored),
            Entry::SnapshotBegins => self.come = Some(BTreeSet::new()),
            Entry::SnapshotEnds { complete: true } => batch.only = self.come.take(),
            Entry::SnapshotEnds { complete: false } => self.come = None,
        }
    }

    async fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.store.put_contacts(self.device, &batch.changes).await?;
        if let Some(only) = &batch.only {
            self.store.keep_contacts(self.device, only).await?;
        }
        if batch.names.is_empty() {
            return Ok(());
        }
        let named = self.store.name_contacts(self.device, &batch.names).await?;
        if self.names.len() + named.len() > REMEMBERED {
            self.names.clear();
        }
        let names = batch.names.iter().filter(|(jid, _)| named.contains(jid));
        self.names.extend(names.cloned());
        Ok(())
    }
}
