//! Who wrote to whom, by number and by LID, as far as both are known.

use chrono::SecondsFormat;
use serde_json::{Map, Value};
use wacore::types::message::{MessageInfo, MessageSource};
use wacore_binary::Jid;
use whatsapp_rust::Client;

/// The people of one message, and the device's own number.
pub struct People {
    pub own: Option<Jid>,
    pub sender: Person,
    /// The other side of a chat between two.
    pub chat: Option<Person>,
}

/// One person's two names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub number: Option<Jid>,
    pub lid: Option<Jid>,
}

impl Person {
    pub fn new(jid: &Jid, other: Option<&Jid>) -> Self {
        let names = [Some(jid), other];
        let find = |fits: fn(&Jid) -> bool| {
            let found = names.into_iter().flatten().find(|jid| fits(jid));
            found.map(Jid::to_non_ad)
        };
        Self {
            number: find(Jid::is_pn),
            lid: find(Jid::is_lid),
        }
    }

    /// With the name that is missing, if this device knows it.
    async fn completed(mut self, client: &Client) -> Self {
        let known = match (&self.number, &self.lid) {
            (Some(one), None) | (None, Some(one)) => client.get_lid_pn_entry(one).await,
            _ => return self,
        };
        if let Ok(Some(entry)) = known {
            self.number = Some(Jid::pn(&*entry.phone_number));
            self.lid = Some(Jid::lid(&*entry.lid));
        }
        self
    }

    pub fn number_text(&self) -> Value {
        self.number.as_ref().map(Jid::to_string).into()
    }

    pub fn lid_text(&self) -> Value {
        self.lid.as_ref().map(Jid::to_string).into()
    }

    /// By number where there is one.
    fn name(&self) -> Option<String> {
        let name = self.number.as_ref().or(self.lid.as_ref());
        name.map(Jid::to_string)
    }
}

impl People {
    /// As the message itself has them.
    pub fn of(source: &MessageSource, own: Option<Jid>) -> Self {
        let between_two = source.chat.is_pn() || source.chat.is_lid();
        let other = match source.is_from_me {
            true => &source.recipient_alt,
            false => &source.sender_alt,
        };
        Self {
            own: own.as_ref().map(Jid::to_non_ad),
            sender: Person::new(&source.sender, source.sender_alt.as_ref()),
            chat: between_two.then(|| Person::new(&source.chat, other.as_ref())),
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

/// What every event about a message begins with.
pub fn head(info: &MessageInfo, people: &People) -> Map<String, Value> {
    let source = &info.source;
    let chat = source.chat.to_non_ad_string();
    let other = people.chat.as_ref().and_then(Person::name);
    let to = match (&other, source.is_from_me) {
        (Some(other), true) => other.clone(),
        (Some(_), false) => people
            .own
            .as_ref()
            .map_or_else(|| chat.clone(), Jid::to_string),
        (None, _) => chat.clone(),
    };
    let from = people.sender.name();
    let mut head = Map::new();
    let mut put = |name: &str, value: Value| head.insert(name.to_owned(), value);
    put("message_id", info.id.clone().into());
    put(
        "from",
        from.unwrap_or_else(|| source.sender.to_non_ad_string())
            .into(),
    );
    put("to", to.into());
    put("chat", chat.into());
    if let Some(chat) = &people.chat {
        put("chat_pn", chat.number_text());
        put("chat_lid", chat.lid_text());
    }
    put("sender_pn", people.sender.number_text());
    put("sender_lid", people.sender.lid_text());
    put("is_group", source.is_group.into());
    put("is_from_me", source.is_from_me.into());
    put("is_offline", info.is_offline.into());
    put("push_name", info.push_name.clone().into());
    put(
        "timestamp",
        info.timestamp
            .to_rfc3339_opts(SecondsFormat::Secs, true)
            .into(),
    );
    head
}
