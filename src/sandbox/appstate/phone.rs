//! What the phone itself writes into the collections: the account's name, its locale, its contacts.

use buffa::{Message, MessageField};
use wacore_appstate::encode_record;
use wacore_appstate::hash::generate_patch_mac;
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use waproto::whatsapp::sync_action_value::{
    ContactAction, LocaleSetting, PushNameSetting, StatusPrivacyAction,
};
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use waproto::whatsapp::{KeyId, SyncActionValue, SyncdMutations, SyncdPatch, SyncdVersion};

use super::{AppState, snapshot};
use crate::sandbox::keys;
use crate::sandbox::media::Media;
use crate::sandbox::persistence::Journal;
use crate::sandbox::settings::StatusMode;

/// Mutations of more bytes than this travel in a file of their own. The real limit is unknown.
const INLINE: usize = 32 * 1024;

/// One setting in the clear.
pub struct Action {
    operation: SyncdOperation,
    index: Vec<String>,
    version: i32,
    value: SyncActionValue,
}

impl Action {
    pub fn push_name(name: &str) -> Self {
        let setting = PushNameSetting {
            name: Some(name.to_owned()),
        };
        let push_name_setting = MessageField::some(setting);
        let value = SyncActionValue {
            push_name_setting,
            ..timed()
        };
        Self {
            operation: SyncdOperation::SET,
            index: vec!["setting_pushName".to_owned()],
            version: 1,
            value,
        }
    }

    pub fn locale(locale: &str) -> Self {
        let setting = LocaleSetting {
            locale: Some(locale.to_owned()),
        };
        let locale_setting = MessageField::some(setting);
        let value = SyncActionValue {
            locale_setting,
            ..timed()
        };
        Self {
            operation: SyncdOperation::SET,
            index: vec!["setting_locale".to_owned()],
            version: 3,
            value,
        }
    }

    /// An entry of the phone's address book. `jid` is the PN JID, `lid` the other name of that user.
    pub fn contact(jid: &str, lid: Option<&str>, name: &str) -> Self {
        let first_name = name.split_whitespace().next().unwrap_or(name);
        let contact = ContactAction {
            full_name: Some(name.to_owned()),
            first_name: Some(first_name.to_owned()),
            lid_jid: lid.map(str::to_owned),
            save_on_primary_addressbook: Some(true),
            ..Default::default()
        };
        let value = SyncActionValue {
            contact_action: MessageField::some(contact),
            ..timed()
        };
        Self {
            operation: SyncdOperation::SET,
            index: vec!["contact".to_owned(), jid.to_owned()],
            version: 2,
            value,
        }
    }

    /// Nobody of that name is in the address book any more.
    pub fn no_contact(jid: &str) -> Self {
        Self {
            operation: SyncdOperation::REMOVE,
            index: vec!["contact".to_owned(), jid.to_owned()],
            version: 2,
            value: timed(),
        }
    }

    /// Who gets the account's status updates.
    pub fn status_privacy(mode: StatusMode, users: &[String]) -> Self {
        let mode = match mode {
            StatusMode::Contacts => StatusDistributionMode::CONTACTS,
            StatusMode::Whitelist => StatusDistributionMode::ALLOW_LIST,
            StatusMode::Blacklist => StatusDistributionMode::DENY_LIST,
        };
        let action = StatusPrivacyAction {
            mode: Some(mode),
            user_jid: users.to_vec(),
            ..Default::default()
        };
        let value = SyncActionValue {
            status_privacy: MessageField::some(action),
            ..timed()
        };
        Self {
            operation: SyncdOperation::SET,
            index: vec!["status_privacy".to_owned()],
            version: 7,
            value,
        }
    }
}

fn timed() -> SyncActionValue {
    SyncActionValue {
        timestamp: Some(chrono::Utc::now().timestamp_millis()),
        ..Default::default()
    }
}

impl AppState {
    /// Writes `actions` as one patch of the phone and returns the new version.
    pub fn write(
        &mut self,
        owner: &str,
        name: &str,
        actions: &[Action],
        media: &mut Media,
        journal: &mut Journal,
    ) -> u64 {
        let expanded = self.expanded();
        let key_id = self.key.id;
        let mutations: Vec<_> = actions
            .iter()
            .map(|action| {
                let index = serde_json::to_vec(&action.index).expect("strings are plain data");
                let iv = keys::random();
                encode_record(
                    action.operation,
                    &index,
                    &action.value,
                    &expanded,
                    &key_id,
                    &iv,
                    action.version,
                )
                .0
            })
            .collect();
        let collection = self
            .collections
            .get(name)
            .expect("the phone names one of the five");
        let hash = collection
            .hash_after(&mutations)
            .expect("the phone's own mutations are sound");
        let mut patch = SyncdPatch {
            version: MessageField::some(SyncdVersion {
                version: Some(hash.version),
            }),
            mutations: mutations.clone(),
            snapshot_mac: Some(hash.generate_snapshot_mac(name, &expanded.snapshot_mac)),
            key_id: MessageField::some(KeyId {
                id: Some(key_id.to_vec()),
            }),
            device_index: Some(0),
            ..Default::default()
        };
        let patch_mac = generate_patch_mac(&patch, name, &expanded.patch_mac, hash.version);
        patch.patch_mac = Some(patch_mac);
        // The MACs cover the mutations wherever they are.
        let external = SyncdMutations {
            mutations: std::mem::take(&mut patch.mutations),
        };
        let encoded = external.encode_to_vec();
        if encoded.len() > INLINE {
            let reference = snapshot::store(&encoded, media, journal);
            patch.external_mutations = MessageField::some(reference);
        } else {
            patch.mutations = external.mutations;
        }
        let applied = self.apply(owner, name, patch, &mutations, journal);
        applied.expect("the phone's own patch verifies").0
    }
}
