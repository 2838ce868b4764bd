//! One simulated person: a phone, the devices linked to it, and what the server keeps for them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use wacore_binary::Jid;

use super::address::{Address, Form};
use super::appstate::{AppState, ChatState};
use super::companion::Companion;
use super::keys::{self, Key32};
use super::passkey::Passkey;
use super::persistence::Journal;
use super::phone::Phone;
use super::settings::{self, Picture, Privacy, StatusPrivacy};
use super::stanza;

/// AD JIDs have one byte for the device, and real companions stay far below it.
const LAST_DEVICE: u16 = 99;

/// Somebody in the phone's address book.
#[derive(Clone, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
}

/// The account record as it is kept.
#[derive(Serialize, Deserialize)]
pub struct Profile {
    pub phone: String,
    pub lid: String,
    pub name: String,
    pub about: Option<String>,
    pub created: u64,
    /// Identifies the account in signed device identities.
    pub raw_id: u32,
    pub last_key_index: u32,
    pub last_device: u16,
    /// Users by LID that this account blocks.
    pub blocked: BTreeSet<String>,
    #[serde(default, rename = "privacy_settings")]
    pub privacy: Privacy,
    #[serde(default)]
    pub status_privacy: StatusPrivacy,
    #[serde(default)]
    pub picture: Option<Picture>,
    /// When the about text was written.
    #[serde(default)]
    pub about_at: u64,
    /// Seconds after which new chats' messages disappear, and when that was set.
    #[serde(default)]
    pub disappearing: (u32, u64),
    /// When a setting changed last.
    #[serde(default)]
    pub changed: u64,
    /// Nobody is told the number: to others the account has a LID only.
    #[serde(default)]
    pub hidden: bool,
    /// Other numbers under which people find the account.
    #[serde(default)]
    pub also: BTreeSet<String>,
    /// How its chats stand on the phone, by the names under which the app state has them.
    #[serde(default)]
    pub chats: BTreeMap<String, ChatState>,
    /// The passkey by which the links of its devices are checked.
    #[serde(default)]
    pub passkey: Option<Passkey>,
}

/// A simulated person, as far as the server and the phone know them.
pub struct Account {
    pub profile: Profile,
    pub contacts: BTreeMap<String, Contact>,
    pub companions: BTreeMap<u16, Companion>,
    pub phone: Phone,
    pub app_state: AppState,
    /// When one of its devices was in use last and then not any more; `None`: never.
    pub last_seen: Option<u64>,
    /// When it has posted parts of statuses, while that is bounded.
    pub parts: Vec<Instant>,
    /// The last list of key indexes that was signed, with its signature.
    pub signed_key_indexes: RefCell<Option<(Vec<u8>, [u8; 64])>>,
}

impl Account {
    /// Somebody new, whose phone makes its keys now.
    pub fn create(phone: &str, lid: String, name: &str) -> Self {
        let profile = Profile {
            phone: phone.to_owned(),
            lid,
            name: name.to_owned(),
            about: None,
            created: stanza::now(),
            raw_id: u32::from_be_bytes(keys::random()) >> 1,
            last_key_index: 0,
            last_device: 0,
            blocked: BTreeSet::new(),
            privacy: Privacy::default(),
            status_privacy: StatusPrivacy::default(),
            picture: None,
            about_at: 0,
            disappearing: (0, 0),
            changed: 0,
            hidden: false,
            also: BTreeSet::new(),
            chats: BTreeMap::new(),
            passkey: None,
        };
        Self::restore(profile, Phone::create(), AppState::create())
    }

    pub fn restore(profile: Profile, phone: Phone, app_state: AppState) -> Self {
        Self {
            profile,
            contacts: BTreeMap::new(),
            companions: BTreeMap::new(),
            phone,
            app_state,
            last_seen: None,
            parts: Vec::new(),
            signed_key_indexes: RefCell::new(None),
        }
    }

    /// Writes the profile; the rest of an account is kept in records of its own.
    pub fn save(&self, journal: &mut Journal) {
        journal.put_json("account", &self.profile.phone, "", &self.profile);
    }

    /// The user's JID, which is also the phone's.
    pub fn jid(&self, form: Form) -> Jid {
        self.device_jid(0, form)
    }

    pub fn device_jid(&self, device: u16, form: Form) -> Jid {
        match form {
            Form::Pn => Jid::pn_device(self.profile.phone.as_str(), device),
            Form::Lid => Jid::lid_device(self.profile.lid.as_str(), device),
        }
    }

    /// The form in which others see the account when it writes to them in this one.
    pub fn seen_in(&self, form: Form) -> Form {
        if self.profile.hidden { Form::Lid } else { form }
    }

    /// The address of one of the account's devices; 0 is the phone.
    pub fn address(&self, device: u16) -> Address {
        Address::new(&self.profile.phone, device)
    }

    /// The addresses of all linked devices, in order.
    pub fn companion_addresses(&self) -> impl Iterator<Item = Address> {
        self.companions.keys().map(|number| self.address(*number))
    }

    /// The phone and every linked device, in order.
    pub fn devices(&self) -> Vec<u16> {
        std::iter::once(0)
            .chain(self.companions.keys().copied())
            .collect()
    }

    /// The identity key that signs for the whole account.
    pub fn identity(&self) -> Key32 {
        self.phone.peer.identity_public()
    }

    /// The next device number and key index. Numbers are not used again soon; `None` when all are taken.
    pub fn next_device(&mut self) -> Option<(u16, u32)> {
        let after = self.profile.last_device;
        let number = (1..=LAST_DEVICE)
            .map(|step| (after + step - 1) % LAST_DEVICE + 1)
            .find(|number| !self.companions.contains_key(number))?;
        self.profile.last_device = number;
        self.profile.last_key_index += 1;
        Some((number, self.profile.last_key_index))
    }

    pub fn add_contact(&mut self, phone: &str, name: &str, journal: &mut Journal) {
        let contact = Contact {
            name: name.to_owned(),
        };
        journal.put_json("contact", &self.profile.phone, phone, &contact);
        self.contacts.insert(phone.to_owned(), contact);
    }

    /// The hash by which clients see that their list of blocked users is out of date.
    pub fn block_hash(&self) -> String {
        settings::hash(self.profile.blocked.iter().map(String::as_str))
    }

    pub fn remove_contact(&mut self, phone: &str, journal: &mut Journal) {
        if self.contacts.remove(phone).is_some() {
            journal.delete("contact", &self.profile.phone, phone);
        }
    }
}

/// Why an account is not made, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("phone must be 7 to 15 digits")]
    Phone,
    #[error("phone {0} has an account already")]
    Taken(String),
    #[error("phone {0} has no account")]
    Unknown(String),
}

/// Whether a text can be a phone number: 7 to 15 digits, the first of them that of a country.
pub fn is_phone(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (7..=15).contains(&text.len()) && digits && !text.starts_with('0')
}
