//! What a person is called on the wire: by number, by LID, or both.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};
use wacore_binary::Jid;

/// The names of one person, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAs {
    /// Digits.
    pub phone: Option<String>,
    /// Digits.
    pub lid: Option<String>,
}

impl KnownAs {
    /// Somebody whom WhatsApp names twice at most, in whatever order. What is no JID of a person is passed over.
    pub(super) fn of(jids: impl IntoIterator<Item: Borrow<Jid>>) -> Self {
        let mut known = Self::default();
        for jid in jids {
            let jid = jid.borrow();
            let user = Some(jid.user.to_string());
            match (jid.is_lid(), jid.is_pn()) {
                (true, _) => known.lid = user,
                (_, true) => known.phone = user,
                _ => {}
            }
        }
        known
    }

    /// Whether both are the same person, as far as it is known.
    pub fn is(&self, other: &Self) -> bool {
        let by_phone = self.phone.is_some() && self.phone == other.phone;
        by_phone || (self.lid.is_some() && self.lid == other.lid)
    }

    /// By number where it is known.
    pub(super) fn jid(&self) -> Option<Jid> {
        self.jid_in(false)
    }

    /// As a chat calls its people: by LID or by number, where that is known.
    pub(super) fn jid_in(&self, by_lid: bool) -> Option<Jid> {
        let phone = || self.phone.as_deref().map(Jid::pn);
        let lid = || self.lid.as_deref().map(Jid::lid);
        match by_lid {
            true => lid().or_else(phone),
            false => phone().or_else(lid),
        }
    }

    /// `<digits>@s.whatsapp.net`
    pub fn phone_jid(&self) -> Option<String> {
        Some(Jid::pn(self.phone.as_deref()?).to_string())
    }

    /// `<digits>@lid`
    pub fn lid_jid(&self) -> Option<String> {
        Some(Jid::lid(self.lid.as_deref()?).to_string())
    }
}

/// A chat, and by which names the other side of a chat between two goes.
#[derive(Clone, Debug)]
pub struct Named {
    /// Of a person by number where it is known.
    pub jid: String,
    /// Nothing of a group.
    pub who: KnownAs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_count_in_any_order_and_one_in_common_is_enough() {
        let (phone, lid) = (Jid::pn("5511999999999"), Jid::lid("123456789012345"));
        let known = KnownAs::of([&lid, &phone]);
        assert_eq!(known, KnownAs::of([&phone, &lid]));
        assert_eq!(known.phone.as_deref(), Some("5511999999999"));
        assert_eq!(known.lid.as_deref(), Some("123456789012345"));
        assert!(known.is(&KnownAs::of([&phone])) && known.is(&KnownAs::of([&lid])));
        assert!(!KnownAs::of([&phone]).is(&KnownAs::of([&lid])));
        assert_eq!(KnownAs::of([Jid::status_broadcast()]), KnownAs::default());
        assert!(!KnownAs::default().is(&KnownAs::default()));
    }
}
