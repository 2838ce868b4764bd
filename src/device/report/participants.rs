//! Who is meant, by number and by LID, as far as both are known.

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
