//! Whoever an answer names goes by number and by LID, as far as both are known.

use serde::Serialize;
use utoipa::ToSchema;

use crate::device::known_as::Named;

/// Both names beside the contract's one.
macro_rules! named {
    ($($(#[$about:meta])* $name:ident { $(#[$jid_about:meta])* $jid:ident, $pn:ident, $lid:ident })*) => {$(
        $(#[$about])*
        #[derive(Debug, Serialize, ToSchema)]
        pub struct $name {
            $(#[$jid_about])*
            #[schema(example = "5511999999999@s.whatsapp.net")]
            $jid: String,
            /// A person's number, where it is known.
            #[serde(skip_serializing_if = "Option::is_none")]
            $pn: Option<String>,
            /// A person's LID, where it is known.
            #[serde(skip_serializing_if = "Option::is_none")]
            $lid: Option<String>,
        }

        impl From<Named> for $name {
            fn from(named: Named) -> Self {
                Self {
                    $pn: named.who.phone_jid(),
                    $lid: named.who.lid_jid(),
                    $jid: named.jid,
                }
            }
        }
    )*};
}

named! {
    /// The chat that was written to, or acted on.
    NamedChat {
        /// The chat's JID: of a person by number where it is known.
        chat_jid, chat_pn, chat_lid
    }
    /// Who wrote a message.
    NamedSender {
        /// As WhatsApp names whoever wrote the messages.
        sender_jid, sender_pn, sender_lid
    }
    /// Whom something is about.
    NamedSubject {
        /// By number where it is known.
        subject_jid, subject_pn, subject_lid
    }
    /// Whom an answer shows.
    NamedPerson {
        /// Of a person by number where it is known.
        jid, jid_pn, jid_lid
    }
}
