//! The contacts that the phone shares over app state, kept in the device's sealed records.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wacore_binary::Jid;

use crate::store::StoreError;
use crate::store::records::RecordBackend;

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
            text.as_deref()?.parse::<Jid>().ok().map(|jid| jid.user.to_string())
        };
        let own = Some(jid.user.to_string());
        let (phone, lid) = if jid.is_lid() {
            (user(&action.pn_jid), own)
        } else {
            (own, user(&action.lid_jid))
        };
        Self { phone, lid, full_name: action.full_name.clone(), first_name: action.first_name.clone() }
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
#[derive(Clone)]
pub struct ContactBook(Arc<RecordBackend>);

impl ContactBook {
    pub fn new(records: Arc<RecordBackend>) -> Self {
        Self(records)
    }

    /// Takes a contact in, in order with the app-state version that brought it: never the one without the other.
    pub(super) fn learn(&self, jid: &Jid, contact: &Contact) -> Result<(), StoreError> {
        self.0.stage_contact(&jid.to_non_ad_string(), contact)
    }

    pub async fn all(&self) -> Result<Vec<Contact>, StoreError> {
        self.0.contacts().await
    }
}
