//! Who is meant, by number and by LID, as far as both are known.

use serde::Serialize;
use utoipa::ToSchema;
use wacore::store::traits::ProtocolStore as _;
use wacore::types::message::MessageSource;
use wacore_binary::Jid;
use whatsapp_rust::Client;

use crate::device::known_as::KnownAs;
use crate::store::RecordBackend;

/// The people of one message, and the account itself.
pub struct Participants {
    /// The account itself.
    pub own: Participant,
    /// Who wrote it.
    pub sender: Participant,
    /// The other side of a chat between two.
    pub chat: Option<Participant>,
}

/// One person's two names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participant {
    /// `<digits>@s.whatsapp.net`
    pub number: Option<Jid>,
    /// `<digits>@lid`
    pub lid: Option<Jid>,
}

impl Participant {
    /// By one name and, where there is one, the other.
    pub fn new(jid: &Jid, other: Option<&Jid>) -> Self {
        Self::among([Some(jid), other].into_iter().flatten())
    }

    /// By all names that there are.
    pub fn among<'a>(names: impl Iterator<Item = &'a Jid> + Clone) -> Self {
        let find = |fits: fn(&Jid) -> bool| {
            let found = names.clone().find(|jid| fits(jid));
            found.map(Jid::to_non_ad)
        };
        Self {
            number: find(Jid::is_pn),
            lid: find(Jid::is_lid),
        }
    }

    /// `None`: it names no person but a group, a channel or the like.
    pub fn of(jid: &Jid) -> Option<Self> {
        let is_person = jid.is_pn() || jid.is_lid();
        is_person.then(|| Self::new(jid, None))
    }

    /// With the name that is missing, if this device knows it.
    async fn completed(self, client: &Client) -> Self {
        let known = match (&self.number, &self.lid) {
            (Some(one), None) | (None, Some(one)) => client.get_lid_pn_entry(one).await,
            _ => return self,
        };
        match known {
            Ok(Some(entry)) => Self::both(&entry.phone_number, &entry.lid),
            _ => self,
        }
    }

    /// All that is known of whoever is the other side of this chat; nothing of a group.
    pub async fn names_in(records: &RecordBackend, chat: &Jid) -> KnownAs {
        match Self::of(chat) {
            Some(person) => KnownAs::from(&person.known_in(records).await),
            None => KnownAs::default(),
        }
    }

    fn both(number: &str, lid: &str) -> Self {
        Self {
            number: Some(Jid::pn(number)),
            lid: Some(Jid::lid(lid)),
        }
    }

    /// The same where there is no client, only what it has kept.
    pub async fn known_in(self, records: &RecordBackend) -> Self {
        let known = match (&self.number, &self.lid) {
            (Some(number), None) => records.get_pn_mapping(&number.user).await,
            (None, Some(lid)) => records.get_lid_mapping(&lid.user).await,
            _ => return self,
        };
        match known {
            Ok(Some(entry)) => Self::both(&entry.phone_number, &entry.lid),
            _ => self,
        }
    }

    /// The number as webhooks are told it.
    pub fn number_text(&self) -> Option<String> {
        self.number.as_ref().map(Jid::to_string)
    }

    /// The LID as webhooks are told it.
    pub fn lid_text(&self) -> Option<String> {
        self.lid.as_ref().map(Jid::to_string)
    }

    /// By number where there is one.
    pub fn name(&self) -> Option<String> {
        self.number_text().or_else(|| self.lid_text())
    }
}

impl From<&Participant> for KnownAs {
    fn from(participant: &Participant) -> Self {
        Self::of(
            [&participant.number, &participant.lid]
                .into_iter()
                .flatten(),
        )
    }
}

impl Participants {
    /// As the message itself has them.
    pub fn of(source: &MessageSource, own: Participant) -> Self {
        let between_two = source.chat.is_pn() || source.chat.is_lid();
        let other = match source.is_from_me {
            true => &source.recipient_alt,
            false => &source.sender_alt,
        };
        Self {
            own,
            sender: Participant::new(&source.sender, source.sender_alt.as_ref()),
            chat: between_two.then(|| Participant::new(&source.chat, other.as_ref())),
        }
    }

    /// With what this device knows besides.
    pub async fn known_to(mut self, client: &Client) -> Self {
        self.sender = self.sender.completed(client).await;
        if let Some(chat) = self.chat.take() {
            self.chat = Some(chat.completed(client).await);
        }
        self
    }
}

/// The chat that an event is about.
#[derive(Serialize, ToSchema)]
pub struct AboutChat {
    /// The chat's JID, as WhatsApp names it.
    chat: String,
    /// Only in a chat between two: the other's number, `null` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_pn: Option<Option<String>>,
    /// Only in a chat between two: the other's LID, `null` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_lid: Option<Option<String>>,
}

impl AboutChat {
    /// By what its JID says.
    pub fn new(jid: &Jid) -> Self {
        Self::between(jid, Participant::of(jid).as_ref())
    }

    /// By what is known of the other side of a chat between two.
    pub fn between(jid: &Jid, other: Option<&Participant>) -> Self {
        Self {
            chat: jid.to_non_ad_string(),
            chat_pn: other.map(Participant::number_text),
            chat_lid: other.map(Participant::lid_text),
        }
    }
}

/// The person that an event is about.
#[derive(Serialize, ToSchema)]
pub struct AboutContact {
    /// The person's JID, as WhatsApp names it; a group's where it has a picture too.
    contact: String,
    /// The number, `null` where it is not known; absent for a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_pn: Option<Option<String>>,
    /// The LID, `null` where it is not known; absent for a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_lid: Option<Option<String>>,
}

impl AboutContact {
    /// By what the JID says.
    pub fn new(jid: &Jid) -> Self {
        Self::known(jid, Participant::of(jid).as_ref())
    }

    /// By what is known besides.
    pub fn known(jid: &Jid, person: Option<&Participant>) -> Self {
        Self {
            contact: jid.to_non_ad_string(),
            contact_pn: person.map(Participant::number_text),
            contact_lid: person.map(Participant::lid_text),
        }
    }
}

/// The one who calls.
#[derive(Serialize, ToSchema)]
pub struct AboutCaller {
    /// The JID, as WhatsApp names it.
    from: String,
    /// The number, `null` where it is not known; absent for a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_pn: Option<Option<String>>,
    /// The LID, `null` where it is not known; absent for a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_lid: Option<Option<String>>,
}

impl AboutCaller {
    /// By what the JID says.
    pub fn new(jid: &Jid) -> Self {
        Self::known(jid, None)
    }

    /// By what is said besides.
    pub fn known(jid: &Jid, other: Option<&Jid>) -> Self {
        let person = Participant::of(jid).map(|_person| Participant::new(jid, other));
        let person = person.as_ref();
        Self {
            from: jid.to_non_ad_string(),
            from_pn: person.map(Participant::number_text),
            from_lid: person.map(Participant::lid_text),
        }
    }
}
