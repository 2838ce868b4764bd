//! What a device keeps of messages and chats, so that they can be asked for afterwards.

use buffa::Message as _;
use serde::{Deserialize, Serialize};
use wacore::types::message::MessageInfo;
use wacore_binary::{Jid, JidExt as _};
use waproto::whatsapp::Message;

use super::known_as::KnownAs;
use super::report::{self, Participants};
use crate::config;
use crate::jid::{Chat, Person};
use crate::store::messages::{KeptBounds, KeptMessage, NewMessage, State};
use crate::store::{DeviceNumber, Statement, Store, StoreError};

/// A message that holds more is kept without what it holds, in bytes.
const LARGEST: usize = 64 * 1024;

/// The chat in which WhatsApp has everybody's statuses.
const STATUSES: &str = "status@broadcast";

/// What is known of a message, besides what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The chat's JID, as WhatsApp names it.
    pub chat: String,
    /// In a chat between two: the other one.
    pub other: KnownAs,
    /// Who wrote it.
    pub author: KnownAs,
    /// The same, as WhatsApp names them in this chat.
    pub author_jid: String,
    /// The `message_type` that webhooks are told.
    pub kind: String,
    /// It was deleted for everybody.
    pub deleted: bool,
}

/// A message of a device.
pub type Kept = KeptMessage<About>;

impl About {
    /// What is known of an own message to a chat that a request names by this JID, while it is not made.
    pub fn unmade(chat: String) -> Self {
        Self {
            other: KnownAs::of(chat.parse::<Jid>()),
            chat,
            author: KnownAs::default(),
            author_jid: String::new(),
            kind: String::new(),
            deleted: false,
        }
    }

    /// Whether it is a status.
    pub fn is_status(&self) -> bool {
        self.chat == STATUSES
    }

    /// Whether it was sent to a group.
    pub fn in_group(&self) -> bool {
        self.chat.ends_with("@g.us")
    }

    /// Whether it is in this chat, as far as the names tell.
    pub fn is_in(&self, chat: &Chat) -> bool {
        let same = |known: &Option<String>, named: &str| {
            known.as_deref().is_none_or(|known| known == named)
        };
        match chat {
            _ if self.is_status() => false,
            Chat::Group(group) => self.chat == group.as_str(),
            Chat::Person(Person::Phone(number)) => {
                !self.in_group() && same(&self.other.phone, number.digits())
            }
            Chat::Person(Person::Lid(lid)) => {
                !self.in_group() && same(&self.other.lid, lid.as_str())
            }
        }
    }

    /// The chat's JID, of a person by number where it is known.
    pub fn chat_jid(&self) -> String {
        let other = self.other.phone_jid();
        other.unwrap_or_else(|| self.chat.clone())
    }
}

impl From<&config::Messages> for KeptBounds {
    fn from(config: &config::Messages) -> Self {
        Self {
            age: config.kept_for,
            count: config.kept_per_device,
        }
    }
}

/// What a message holds; nothing where it was too large to be kept.
pub fn content(kept: &Kept) -> Message {
    // It was encoded here and sealed since.
    Message::decode_from_slice(&kept.content).unwrap_or_default()
}

/// As it is stored.
pub fn encoded(message: &Message) -> Vec<u8> {
    let bytes = message.encode_to_vec();
    match bytes.len() <= LARGEST {
        true => bytes,
        false => Vec::new(),
    }
}

/// What is known of an inbound message. `None`: it is nothing that anybody asks for afterwards.
pub fn about(message: &Message, info: &MessageInfo, people: &Participants) -> Option<About> {
    let chat = &info.source.chat;
    // Own statuses that the phone posts have their place elsewhere.
    let status = chat.is_status_broadcast() && !info.source.is_from_me;
    let talks = chat.is_pn() || chat.is_lid() || chat.is_group() || status;
    let kind = report::kept_kind(message)?;
    talks.then(|| About {
        chat: chat.to_non_ad_string(),
        other: people.chat.as_ref().map(KnownAs::from).unwrap_or_default(),
        author: KnownAs::from(&people.sender),
        author_jid: info.source.sender.to_non_ad_string(),
        kind,
        deleted: false,
    })
}

/// An inbound message as it is stored.
pub fn inbound<'a>(
    info: &'a MessageInfo,
    about: &'a About,
    content: &'a [u8],
) -> NewMessage<'a, About> {
    NewMessage {
        id: &info.id,
        mine: info.source.is_from_me,
        // Sent from another device of the account.
        state: State::Sent,
        at: info.timestamp.timestamp(),
        about,
        content,
    }
}

/// What is known of a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatSettings {
    /// By which it is known.
    pub jid: String,
    /// After how many seconds its messages disappear; 0: never.
    pub disappear_after: u32,
    /// Since when that is so, in Unix seconds.
    pub since: i64,
}

/// What a message says of how long its chat's messages last.
pub fn settings(message: &Message, info: &MessageInfo) -> Option<ChatSettings> {
    let (disappear_after, since) = report::disappears(message)?;
    Some(ChatSettings {
        jid: info.source.chat.to_non_ad_string(),
        disappear_after,
        since: since.unwrap_or_else(|| info.timestamp.timestamp()),
    })
}

/// Keeps what is known of a chat under every name of it, to be committed with what it comes with.
pub fn put_settings(
    store: &Store,
    device: DeviceNumber,
    (chat, other): (&Jid, &KnownAs),
    settings: &ChatSettings,
) -> Result<Vec<Statement>, StoreError> {
    let names = names(chat, other).into_iter();
    let put = |name: String| store.put_chat(device, &name, settings, settings.since);
    names.map(put).collect()
}

/// The names under which the settings of a chat between two, or of a group, are found.
fn names(chat: &Jid, other: &KnownAs) -> Vec<String> {
    let mut names = vec![chat.to_non_ad_string()];
    names.extend([other.phone_jid(), other.lid_jid()].into_iter().flatten());
    names.sort();
    names.dedup();
    names
}
