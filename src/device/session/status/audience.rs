//! Who gets a status: the contacts, or only these, or all but these; and never somebody who is blocked.

use std::collections::HashSet;

use wacore::types::lid_pn::LearningSource;
use wacore_binary::Jid;
use whatsapp_rust::features::StatusPrivacySetting;

use super::privacy::{Admits, StatusPrivacy};
use crate::device::contacts::Contact;
use crate::device::session::{Session, store_failed};
use crate::failure::Failure;
use crate::store::{DeviceNumber, Store, StoreError};

/// Who has the sender key of the statuses, or may have it.
const KEY_HOLDERS: &str = "status_key_holders";

/// Who was in the audience of the latest status, as JIDs.
pub(in crate::device) async fn key_holders(
    store: &Store,
    device: DeviceNumber,
) -> Result<Vec<String>, StoreError> {
    let held = store.setting(device, KEY_HOLDERS).await?;
    Ok(held.unwrap_or_default())
}

/// The people a status is encrypted for.
pub struct Audience {
    pub(in crate::device) setting: StatusPrivacySetting,
    pub(in crate::device) recipients: Vec<Jid>,
    /// The same people, each under one name only, in order.
    names: Vec<String>,
    /// The same people under all their names: numbers and LIDs.
    users: HashSet<String>,
}

impl Session {
    /// Turns rule and contacts into recipients that the library can address: it needs LIDs.
    pub(in crate::device) async fn audience(
        &self,
        rule: StatusPrivacy,
        blocked: &[Jid],
        contacts: Vec<Contact>,
    ) -> Result<Audience, Failure> {
        self.learn_lids(&contacts).await;
        let everybody: Vec<Jid> = contacts.iter().map(Contact::jid).collect();
        let listed: Vec<Jid> = rule
            .list
            .iter()
            .filter_map(|jid| jid.parse().ok())
            .collect();
        let mentioned: Vec<Jid> = [&everybody, &listed, blocked].concat();
        self.ask_for_lids(&mentioned).await?;

        let (setting, admitted) = match rule.admits {
            Admits::Contacts => (StatusPrivacySetting::Contacts, everybody),
            Admits::Whitelist => (StatusPrivacySetting::AllowList, listed),
            Admits::Blacklist => {
                let admitted = self.all_but(everybody, &listed).await;
                (StatusPrivacySetting::DenyList, admitted)
            }
        };
        let mut recipients = self.all_but(admitted, blocked).await;
        if recipients.is_empty() {
            // Nobody to see it but the account's own devices, which is what the phone does as well.
            recipients.extend(self.client.lid());
        }
        let mut names = Vec::with_capacity(recipients.len());
        let mut users = HashSet::with_capacity(2 * recipients.len());
        for jid in &recipients {
            let mut name = jid.to_non_ad();
            users.insert(jid.user.to_string());
            if let Ok(Some(entry)) = self.client.get_lid_pn_entry(jid).await {
                name = Jid::lid(&*entry.lid);
                users.extend([entry.lid.to_string(), entry.phone_number.to_string()]);
            }
            names.push(name.to_string());
        }
        names.sort_unstable();
        Ok(Audience {
            setting,
            recipients,
            names,
            users,
        })
    }

    /// Contacts often carry their LID already; then nobody needs to be asked.
    async fn learn_lids(&self, contacts: &[Contact]) {
        let mut known = Vec::new();
        for contact in contacts {
            if let Some((pn, lid)) = contact.identities()
                && self.lid_of(&Jid::pn(pn)).await.is_none()
            {
                known.push((lid.to_owned(), pn.to_owned()));
            }
        }
        if known.is_empty() {
            return;
        }
        if self
            .client
            .add_lid_pn_mappings(known, LearningSource::Other)
            .await
            .is_err()
        {
            tracing::warn!("the LIDs of some contacts could not be stored");
        }
    }

    /// Asks WhatsApp for the LIDs that are still unknown.
    async fn ask_for_lids(&self, people: &[Jid]) -> Result<(), Failure> {
        let mut unknown = Vec::new();
        for jid in people {
            if jid.is_pn() && self.lid_of(jid).await.is_none() {
                unknown.push(jid.clone());
            }
        }
        self.ask(&unknown).await.map(drop)
    }

    async fn all_but(&self, everybody: Vec<Jid>, excluded: &[Jid]) -> Vec<Jid> {
        let mut names = HashSet::new();
        for jid in excluded {
            names.insert(self.name(jid).await);
        }
        let mut admitted = Vec::with_capacity(everybody.len());
        for jid in everybody {
            if !names.contains(&self.name(&jid).await) {
                admitted.push(jid);
            }
        }
        admitted
    }

    /// The LID where it is known: the same person may be named by number in one list and by LID in the other.
    async fn name(&self, jid: &Jid) -> String {
        let lid = self.lid_of(jid).await;
        lid.unwrap_or_else(|| jid.to_non_ad()).to_string()
    }

    /// Makes a new sender key when somebody who may have the present one is no longer in the audience: with it they could
    /// decrypt whatever comes next, should they get hold of it.
    pub(in crate::device) async fn rotate_status_key(
        &self,
        audience: &Audience,
    ) -> Result<(), Failure> {
        self.readers.admit_only(audience.users.clone());
        let held = key_holders(&self.store, self.number).await;
        let held = held.map_err(store_failed)?;
        if held == audience.names {
            return Ok(());
        }
        if held
            .iter()
            .any(|name| audience.names.binary_search(name).is_err())
        {
            self.forget_status_key().await?;
        }
        // Before the key goes out, so that its holders are known whatever happens then.
        let noted = self
            .store
            .put_setting(self.number, KEY_HOLDERS, &audience.names)
            .await;
        noted.map_err(store_failed)
    }

    async fn forget_status_key(&self) -> Result<(), Failure> {
        let Some(own) = self.client.lid() else {
            return Err(Failure::Disconnected);
        };
        // The library looks for the key under the name of the account's phone, whatever device it is told; ours is kept
        // under this device's name, which is written into the user part.
        let own = Jid::lid(format!("{}:{}", own.user, own.device));
        let deleted = self
            .client
            .signal()
            .delete_sender_key(&Jid::status_broadcast(), &own)
            .await;
        deleted.map_err(|_| Failure::Internal)?;
        tracing::debug!("the sender key of the statuses was given up: its audience has shrunk");
        Ok(())
    }
}
