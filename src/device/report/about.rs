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
    ($($(#[$about:meta])* $name:ident { $(#[$jid_about:meta])* $jid:ident, $pn:ident, $lid:ident })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
        pub struct $name {
            $(#[$jid_about])*
            pub $jid: String,
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
                    $jid: jid,
                    $pn: person.map(Participant::number_text),
                    $lid: person.map(Participant::lid_text),
                }
            }
        }

        impl From<&Jid> for $name {
            /// By what the JID says.
            fn from(jid: &Jid) -> Self {
                Self::known(jid.to_non_ad_string(), Participant::of(jid).as_ref())
            }
        }
    )*};
}

about! {
    /// The chat that an event is about.
    AboutChat {
        /// The chat's JID, as WhatsApp names it.
        chat, chat_pn, chat_lid
    }
    /// The person that an event is about.
    AboutContact {
        /// The person's JID, as WhatsApp names it; a group's where it has a picture too.
        contact, contact_pn, contact_lid
    }
    /// The one who calls.
    AboutCaller {
        /// The JID, as WhatsApp names it.
        from, from_pn, from_lid
    }
}

/// The same where there may be nobody: then all of it is absent.
macro_rules! perhaps_about {
    ($($(#[$about:meta])* $name:ident { $(#[$jid_about:meta])* $jid:ident, $pn:ident, $lid:ident })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
        pub struct $name {
            $(#[$jid_about])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $jid: Option<String>,
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
                    $jid: Some(jid),
                    $pn: person.map(Participant::number_text),
                    $lid: person.map(Participant::lid_text),
                }
            }
        }

        impl From<Option<&str>> for $name {
            /// By what somebody calls a JID, who may be wrong.
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

perhaps_about! {
    /// To whom something was sent.
    AboutRecipient {
        /// The chat's JID.
        to, to_pn, to_lid
    }
    /// Who wrote a message that is referred to.
    AboutAuthor {
        /// The JID of who wrote it.
        participant, participant_pn, participant_lid
    }
    /// Who wrote what is quoted.
    AboutQuoted {
        /// The JID of who wrote what is quoted.
        quoted_participant, quoted_participant_pn, quoted_participant_lid
    }
}

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
