//! The contacts that the phone shares over app state, kept in the device's sealed records.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use wacore_binary::Jid;

use crate::store::RecordBackend;
use crate::store::StoreError;

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

    /// By number where there is one.
    pub(super) fn jid(&self) -> Jid {
        match (&self.phone, &self.lid) {
            (Some(phone), _) => Jid::pn(phone.as_str()),
            (None, lid) => Jid::lid(lid.as_deref().unwrap_or_default()),
        }
    }

    /// Number and LID, when both are known.
    pub(super) fn identities(&self) -> Option<(&str, &str)> {
        Some((self.phone.as_deref()?, self.lid.as_deref()?))
    }
}

/// The address book of one device.
///
/// Contacts come in on the receive path, which cannot wait for the store; a task of the life's own writes them, in
/// their order. What waits for it is bounded by the patch that brought it, which is in memory as a whole anyway.
#[derive(Clone)]
pub struct ContactBook {
    records: Arc<RecordBackend>,
    entries: mpsc::UnboundedSender<Entry>,
}

enum Entry {
    Learnt(String, Contact),
    /// Everything before this is written once it is answered.
    Written(oneshot::Sender<()>),
}

impl ContactBook {
    /// Starts the task, which ends with the last handle to the book.
    pub fn open(records: Arc<RecordBackend>) -> Self {
        let (entries, received) = mpsc::unbounded_channel();
        tokio::spawn(write(records.clone(), received));
        Self { records, entries }
    }

    /// Takes a contact in. A failure fences the records, which ends the life.
    pub(super) fn learn(&self, jid: &Jid, contact: Contact) {
        // Without the task the records are fenced already.
        let _ = self
            .entries
            .send(Entry::Learnt(jid.to_non_ad_string(), contact));
    }

    /// Waits until everything learnt so far is handed to the store.
    pub(super) async fn settle(&self) {
        let (written, settled) = oneshot::channel();
        if self.entries.send(Entry::Written(written)).is_ok() {
            let _ = settled.await;
        }
    }

    /// Everybody in it.
    pub async fn all(&self) -> Result<Vec<Contact>, StoreError> {
        self.settle().await;
        self.records.contacts().await
    }
}

async fn write(records: Arc<RecordBackend>, mut entries: mpsc::UnboundedReceiver<Entry>) {
    while let Some(entry) = entries.recv().await {
        match entry {
            Entry::Learnt(jid, contact) => {
                if let Err(error) = records.stage_contact(&jid, &contact).await {
                    tracing::error!(error = %error, "a contact could not be stored");
                    return;
                }
            }
            Entry::Written(settled) => {
                let _ = settled.send(());
            }
        }
    }
}
