//! The contacts that the phone shares over app state, kept in the device's sealed records.

use std::collections::BTreeSet;
use std::time::Duration;

use actix::Addr;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use wacore::types::events::ContactUpdate;
use wacore_binary::Jid;

use super::DeviceActor;
use super::client::tell_of_panic;
use super::people::Identities;
use super::runtime::guarded;
use crate::store::contacts::ContactChange;
use crate::store::{DeviceNumber, Store, StoreError};

/// Contacts that are written together.
const BATCH: usize = 256;
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// One entry of the address book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Digits; absent for somebody known by LID only.
    pub phone: Option<String>,
    /// The user part of the LID, once known.
    pub lid: Option<String>,
    pub full_name: Option<String>,
    pub first_name: Option<String>,
}

impl Contact {
    /// From an app-state action: `jid` is its index, the names and the other identity are its value.
    pub(super) fn new(
        jid: &Jid,
        action: &waproto::whatsapp::sync_action_value::ContactAction,
    ) -> Self {
        let user = |text: &Option<String>| {
            text.as_deref()?
                .parse::<Jid>()
                .ok()
                .map(|jid| jid.user.to_string())
        };
        let own = Some(jid.user.to_string());
        let (phone, lid) = if jid.is_lid() {
            (user(&action.pn_jid), own)
        } else {
            (own, user(&action.lid_jid))
        };
        Self {
            phone,
            lid,
            full_name: action.full_name.clone(),
            first_name: action.first_name.clone(),
        }
    }

    pub fn who(&self) -> Identities {
        Identities {
            phone: self.phone.clone(),
            lid: self.lid.clone(),
        }
    }

    /// By number where there is one.
    pub(super) fn jid(&self) -> Jid {
        match (&self.phone, &self.lid) {
            (Some(phone), _) => Jid::pn(phone.as_str()),
            (None, lid) => Jid::lid(lid.as_deref().unwrap_or_default()),
        }
    }

    /// By number where there is one, as text.
    pub fn jid_text(&self) -> String {
        self.jid().to_string()
    }

    /// Number and LID, when both are known.
    pub(super) fn identities(&self) -> Option<(&str, &str)> {
        Some((self.phone.as_deref()?, self.lid.as_deref()?))
    }
}

/// The address book of one device.
///
/// Contacts come in on the receive path, which cannot wait for the store; a task of their own writes them. What waits for
/// it is bounded by the patch that brought it, which is in memory as a whole anyway.
#[derive(Clone)]
pub struct ContactBook {
    store: Store,
    device: DeviceNumber,
    entries: mpsc::UnboundedSender<Entry>,
}

enum Entry {
    Learnt(ContactChange<Contact>),
    /// Everything before this is stored once it is answered.
    Stored(oneshot::Sender<()>),
    /// The whole address book comes from here on.
    AllCome,
    /// That was all; true if it really came.
    AllCame(bool),
}

impl ContactBook {
    /// Starts the task, which ends with the last handle to the book.
    pub fn open(store: Store, device: DeviceNumber, actor: &Addr<DeviceActor>) -> Self {
        let (entries, received) = mpsc::unbounded_channel();
        let keep = keep(store.clone(), device, received);
        tokio::spawn(guarded(keep, tell_of_panic(actor)));
        Self {
            store,
            device,
            entries,
        }
    }

    /// Takes a contact in.
    pub(super) fn learn(&self, update: &ContactUpdate) {
        let change = ContactChange {
            jid: update.jid.to_non_ad_string(),
            contact: Contact::new(&update.jid, &update.action),
            at: update.timestamp.timestamp_millis(),
        };
        // The task is only gone when the store is.
        let _ = self.entries.send(Entry::Learnt(change));
    }

    /// From now on the phone tells of everybody. It does not tell whom it has removed.
    pub(super) fn note_who_comes(&self) {
        let _ = self.entries.send(Entry::AllCome);
    }

    /// Removes whom the phone has not told of since; unless `all_came`, nobody.
    pub(super) fn forget_who_did_not_come(&self, all_came: bool) {
        let _ = self.entries.send(Entry::AllCame(all_came));
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
        self.store.contacts(self.device).await
    }
}

async fn keep(store: Store, device: DeviceNumber, mut entries: mpsc::UnboundedReceiver<Entry>) {
    let mut batch = Vec::with_capacity(BATCH);
    // Who has come since the phone began to tell of everybody.
    let mut come: Option<BTreeSet<String>> = None;
    while entries.recv_many(&mut batch, BATCH).await > 0 {
        let (mut changes, mut waiting) = (Vec::new(), Vec::new());
        let mut only = None;
        for entry in batch.drain(..) {
            match entry {
                Entry::Learnt(change) => {
                    come.iter_mut().for_each(|come| {
                        come.insert(change.jid.clone());
                    });
                    changes.push(change);
                }
                Entry::Stored(stored) => waiting.push(stored),
                Entry::AllCome => come = Some(BTreeSet::new()),
                Entry::AllCame(true) => only = come.take(),
                Entry::AllCame(false) => come = None,
            }
        }
        while let Err(error) = write(&store, device, &changes, only.as_ref()).await {
            if matches!(error, StoreError::Closed) {
                return;
            }
            // WhatsApp will not tell of them again, so they wait until the store is well.
            tracing::error!(error = %error, "contacts could not be stored yet");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        for stored in waiting {
            let _ = stored.send(());
        }
    }
}

async fn write(
    store: &Store,
    device: DeviceNumber,
    changes: &[ContactChange<Contact>],
    only: Option<&BTreeSet<String>>,
) -> Result<(), StoreError> {
    store.put_contacts(device, changes).await?;
    match only {
        Some(only) => store.keep_contacts(device, only).await,
        None => Ok(()),
    }
}
