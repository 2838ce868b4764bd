//! Somebody in the address book.

use serde::{Deserialize, Serialize};
use wacore_binary::Jid;

use crate::device::known_as::{KnownAs, Named};

/// One entry of the address book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Digits; absent for somebody known by LID only.
    pub phone: Option<String>,
    /// The user part of the LID, once known.
    pub lid: Option<String>,
    /// As the phone's owner has written it.
    pub full_name: Option<String>,
    /// As the phone's owner has written it.
    pub first_name: Option<String>,
    /// Kept apart: these come from the contact, not from the phone.
    #[serde(skip)]
    pub names: Names,
}

/// What somebody calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// As its owner has written it.
    pub push_name: Option<String>,
    /// Of a business: the name that WhatsApp has verified.
    pub business_name: Option<String>,
}

impl Contact {
    /// From an app-state action: `jid` is its index, the names and the other identity are its value.
    pub(in crate::device) fn new(
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
            names: Names::default(),
        }
    }

    /// As the phone's owner calls it, or else itself.
    pub fn called(&self, names: Option<&Names>) -> Option<String> {
        let own = names.unwrap_or(&self.names);
        let known = [
            &self.full_name,
            &self.first_name,
            &own.push_name,
            &own.business_name,
        ];
        let mut known = known.into_iter().flatten();
        known.find(|name| !name.is_empty()).cloned()
    }

    /// Under which number and LID.
    pub fn who(&self) -> KnownAs {
        KnownAs {
            phone: self.phone.clone(),
            lid: self.lid.clone(),
        }
    }

    /// By number where there is one.
    pub(in crate::device) fn jid(&self) -> Jid {
        match (&self.phone, &self.lid) {
            (Some(phone), _) => Jid::pn(phone.as_str()),
            (None, lid) => Jid::lid(lid.as_deref().unwrap_or_default()),
        }
    }

    /// By number where there is one, as text.
    pub fn jid_text(&self) -> String {
        self.jid().to_string()
    }

    /// With both names.
    pub fn named(&self) -> Named {
        Named {
            jid: self.jid_text(),
            who: KnownAs {
                phone: self.phone.clone(),
                lid: self.lid.clone(),
            },
        }
    }

    /// Number and LID, when both are known.
    pub(in crate::device) fn both(&self) -> Option<(&str, &str)> {
        Some((self.phone.as_deref()?, self.lid.as_deref()?))
    }
}
