//! What a phone writes into the collections, in the clear: its name, locale, contacts, status privacy.

use buffa::MessageField;
use waproto::whatsapp::SyncActionValue;
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use waproto::whatsapp::sync_action_value::{
    ContactAction, LocaleSetting, PushNameSetting, StatusPrivacyAction,
};
use waproto::whatsapp::syncd_mutation::SyncdOperation;

use crate::sandbox::settings::StatusMode;

/// One setting in the clear.
pub struct Action {
    pub operation: SyncdOperation,
    pub index: Vec<String>,
    pub version: i32,
    pub value: SyncActionValue,
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

pub(super) fn timed() -> SyncActionValue {
    SyncActionValue {
        timestamp: Some(chrono::Utc::now().timestamp_millis()),
        ..Default::default()
    }
}
