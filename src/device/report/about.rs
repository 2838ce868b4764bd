//! Whomever an event names goes by number and by LID, beside the JID that WhatsApp has.
//!
//! What is not known when the event is made is `null`, and is filled in before the event is stored.

use serde::Serialize;
use utoipa::ToSchema;
use wacore_binary::Jid;

use super::participants::Participant;

/// A JID, and both names of the person that it is; a name is `null` where it is not known, and absent where the JID is no
/// person's.
macro_rules! about {
    ($($(#[$about:meta])* $name:ident { $(#[$jid_about:meta])* $jid:ident: $type:ty, $pn:ident, $lid:ident })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
        pub struct $name {
            $(#[$jid_about])*
            pub $jid: $type,
            /// The person's number, `null` where it is not known; absent where this is no person.
            #[serde(skip_serializing_if = "Option::is_none")]
            $pn: Option<Option<String>>,
            /// The person's LID, `null` where it is not known; absent where this is no person.
            #[serde(skip_serializing_if = "Option::is_none")]
            $lid: Option<Option<String>>,
        }

        impl $name {
            /// By what is known of the person besides the JID.
            pub fn known(jid: String, person: Option<&Participant>) -> Self {
                Self {
                    $jid: jid.into(),
                    $pn: person.map(Participant::number_text),
                    $lid: person.map(Participant::lid_text),
                }
            }
        }
    )*};
}

/// By what a JID says.
macro_rules! from_jid {
    ($($name:ident)*) => {$(
        impl From<&Jid> for $name {
            fn from(jid: &Jid) -> Self {
                Self::known(jid.to_non_ad_string(), Participant::of(jid).as_ref())
            }
        }
    )*};
}

/// By what somebody calls a JID, who may be wrong; all of it is absent where there is none.
macro_rules! from_words {
    ($($name:ident)*) => {$(
        impl From<Option<&str>> for $name {
            fn from(text: Option<&str>) -> Self {
                let Some(text) = text else {
                    return Self::default();
                };
                let jid: Option<Jid> = text.parse().ok();
                Self::known(text.to_owned(), jid.as_ref().and_then(Participant::of).as_ref())
            }
        }
    )*};
}

about! {
    /// The chat that an event is about.
    AboutChat {
        /// The chat's JID, as WhatsApp names it.
        chat: String, chat_pn, chat_lid
    }
    /// The person that an event is about.
    AboutContact {
        /// The person's JID, as WhatsApp names it; a group's where it has a picture too.
        contact: String, contact_pn, contact_lid
    }
    /// The one who calls.
    AboutCaller {
        /// The JID, as WhatsApp names it.
        from: String, from_pn, from_lid
    }
    /// To whom something was sent.
    #[derive(Default)]
    AboutRecipient {
        /// The chat's JID.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<String>, to_pn, to_lid
    }
    /// Who wrote a message that is referred to.
    #[derive(Default)]
    AboutAuthor {
        /// The JID of who wrote it.
        #[serde(skip_serializing_if = "Option::is_none")]
        participant: Option<String>, participant_pn, participant_lid
    }
    /// Who wrote what is quoted.
    #[derive(Default)]
    AboutQuoted {
        /// The JID of who wrote what is quoted.
        #[serde(skip_serializing_if = "Option::is_none")]
        quoted_participant: Option<String>, quoted_participant_pn, quoted_participant_lid
    }
}

from_jid! { AboutChat AboutContact AboutCaller }
from_words! { AboutRecipient AboutAuthor AboutQuoted }

/// Somebody, by both names as far as they are known.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = EventPerson)]
pub struct Person {
    /// The number.
    pn: Option<String>,
    /// The LID.
    lid: Option<String>,
}

impl Person {
    /// By all names that there are.
    pub fn among<'a>(names: impl Iterator<Item = &'a Jid> + Clone) -> Self {
        let person = Participant::among(names);
        Self {
            pn: person.number_text(),
            lid: person.lid_text(),
        }
    }

    /// All of these JIDs that are people's.
    pub fn all(jids: &[String]) -> Vec<Self> {
        let jids = jids.iter().filter_map(|jid| jid.parse::<Jid>().ok());
        let people = jids.filter(|jid| Participant::of(jid).is_some());
        people.map(|jid| Self::among([&jid].into_iter())).collect()
    }
}
