//! What a person can do in a chat: write in every kind that there is, answer, react, vote, change and take back.

mod about;
mod plain;

use serde::Deserialize;
use wacore::proto_helpers::{MessageExt, build_quote_context_with_info};
use wacore_binary::{Jid, JidExt as _};
use waproto::whatsapp::message::{ExtendedTextMessage, FutureProofMessage};
use waproto::whatsapp::{ContextInfo, Message};

use super::known::Known;
use super::letter::Letter;
use crate::sandbox::keys::base64_bytes;
use crate::sandbox::world::World;

/// Something to send, and what goes for every kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// Phone number or JID, also of a group; absent: where the message is that it is about or answers.
    pub to: Option<String>,
    pub content: Say,
    /// The id of a message that it answers.
    pub quoted: Option<String>,
    /// Phone numbers of who is mentioned: the text has them after an `@`, or not.
    #[serde(default)]
    pub mentions: Vec<String>,
    #[serde(default)]
    pub mention_all: bool,
    /// It can be looked at once.
    #[serde(default)]
    pub view_once: bool,
    /// Seconds after which it disappears.
    pub expiration: Option<u32>,
}

/// One kind, with what it needs. `message` is the id of a message that the phone has.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Say {
    Text {
        text: String,
    },
    Image {
        file: File,
        caption: Option<String>,
    },
    Video {
        file: File,
        caption: Option<String>,
        seconds: Option<u32>,
        #[serde(default)]
        gif: bool,
    },
    VideoNote {
        file: File,
        seconds: Option<u32>,
    },
    Audio {
        file: File,
        seconds: Option<u32>,
        #[serde(default)]
        voice: bool,
    },
    Document {
        file: File,
        file_name: Option<String>,
        caption: Option<String>,
    },
    Sticker {
        file: File,
        #[serde(default)]
        animated: bool,
    },
    Contact {
        contact: Card,
    },
    Contacts {
        contacts: Vec<Card>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
    LiveLocation {
        latitude: f64,
        longitude: f64,
        caption: Option<String>,
        sequence_number: Option<i64>,
    },
    Poll {
        question: String,
        options: Vec<String>,
        #[serde(default)]
        several: bool,
    },
    List {
        title: Option<String>,
        body: String,
        button: String,
        rows: Vec<Choice>,
    },
    Buttons {
        body: String,
        buttons: Vec<Choice>,
    },
    Template {
        body: String,
        buttons: Vec<Choice>,
    },
    Interactive {
        body: String,
        buttons: Vec<Choice>,
    },
    /// Asks for money: `amount` in the currency's smallest unit, of which 100 make one.
    PaymentRequest {
        amount: u32,
        currency: String,
        note: Option<String>,
    },
    /// Says that what the message asks for is paid.
    Payment {
        message: String,
    },
    /// Does not pay what the message asks for.
    PaymentDeclined {
        message: String,
    },
    Reaction {
        message: String,
        emoji: String,
    },
    Vote {
        message: String,
        options: Vec<String>,
    },
    /// Presses the button, or chooses the row, that has this id.
    Answer {
        message: String,
        id: String,
    },
    Edit {
        message: String,
        text: String,
    },
    /// Own ones, and in a group others' by an admin.
    Revoke {
        message: String,
    },
}

/// A file to be encrypted and uploaded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(rename = "data_base64", with = "base64_bytes")]
    pub data: Vec<u8>,
    pub mimetype: Option<String>,
}

/// Somebody's card.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub name: String,
    pub phone: String,
}

/// A button or a row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub text: String,
    pub description: Option<String>,
}

/// Why a phone does not do what it is told.
#[derive(Debug, thiserror::Error)]
pub enum Unsaid {
    #[error("the phone has no message {0}")]
    UnknownMessage(String),
    #[error("the message has no {0}")]
    UnknownChoice(String),
    #[error("the message is no poll that can be voted in")]
    NoPoll,
    #[error("the message is nobody else's request for money")]
    NoRequest,
    #[error("only own messages can be changed")]
    NotOwn,
    #[error("only admins take back what others have written")]
    NotAdmin,
    #[error("the phone cannot write there")]
    NoWay,
}

impl Saying {
    /// The message that it shows above itself; an answer to a question always does.
    fn quoted(&self) -> Option<&str> {
        match &self.content {
            Say::Answer { message, .. } => Some(message),
            _ => self.quoted.as_deref(),
        }
    }
}

impl Say {
    /// The message that it is about.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Reaction { message, .. }
            | Self::Vote { message, .. }
            | Self::Answer { message, .. }
            | Self::Edit { message, .. }
            | Self::Revoke { message }
            | Self::Payment { message }
            | Self::PaymentDeclined { message } => Some(message),
            _ => None,
        }
    }
}

impl World {
    /// A phone sends something to a chat, which it names as it does itself. Returns the message's id.
    pub fn phone_says(
        &mut self,
        phone: &str,
        chat: &Jid,
        saying: Saying,
    ) -> Result<String, Unsaid> {
        let context = self.context(phone, chat, &saying)?;
        let about = saying.content.about().map(|id| self.phone_has(phone, id));
        let about = about.transpose()?;
        let mut message = match &about {
            Some(known) => self.say_about(phone, known, saying.content)?,
            None => self.say_plainly(saying.content),
        };
        if context != ContextInfo::default() {
            refer(&mut message, context);
        }
        if saying.view_once {
            message = once(message);
        }
        let letter = Letter::new(message);
        let status = about.filter(|_| chat.is_status_broadcast());
        let sent = match (status, self.group(&chat.user).map(|group| group.id.clone())) {
            (Some(status), _) => {
                self.phone_writes_letter_about_status(phone, &status.author, letter)
            }
            (None, Some(group)) => self.phone_writes_letter_to_group(phone, &group, letter),
            (None, None) => {
                let (to, _) = self.resolve(chat).ok_or(Unsaid::NoWay)?;
                self.phone_writes_letter_to(phone, &to.phone, letter)
            }
        };
        sent.ok_or(Unsaid::NoWay)
    }

    /// A message that the phone has.
    pub fn phone_has(&self, phone: &str, id: &str) -> Result<Known, Unsaid> {
        let known = self.phone_knows(phone, id);
        known.ok_or_else(|| Unsaid::UnknownMessage(id.to_owned()))
    }

    fn context(&self, phone: &str, chat: &Jid, saying: &Saying) -> Result<ContextInfo, Unsaid> {
        let mut context = ContextInfo::default();
        if let Some(id) = saying.quoted() {
            let known = self.phone_has(phone, id)?;
            let author = self.author_in_chat(&known).ok_or(Unsaid::NoWay)?;
            let (id, quoted) = (known.id.clone(), &known.message);
            context = build_quote_context_with_info(id, &author, &known.chat, chat, quoted);
        }
        let mentioned = saying.mentions.iter();
        let mentioned = mentioned.filter_map(|person| self.named_in_chat(person, chat));
        context.mentioned_jid = mentioned.map(|jid| jid.to_string()).collect();
        context.non_jid_mentions = saying.mention_all.then_some(1);
        context.expiration = saying.expiration;
        Ok(context)
    }
}

/// A message that answers or mentions; a text has no place for that until it is an extended one.
fn refer(message: &mut Message, context: ContextInfo) {
    if let Some(text) = message.conversation.take() {
        message.extended_text_message = buffa::MessageField::some(ExtendedTextMessage {
            text: Some(text),
            ..Default::default()
        });
    }
    message.set_context_info(context);
}

/// A picture, a video or a voice message that can be looked at once.
fn once(mut message: Message) -> Message {
    if let Some(image) = message.image_message.as_option_mut() {
        image.view_once = Some(true);
    }
    if let Some(video) = message.video_message.as_option_mut() {
        video.view_once = Some(true);
    }
    if let Some(audio) = message.audio_message.as_option_mut() {
        audio.view_once = Some(true);
    }
    Message {
        view_once_message: buffa::MessageField::some(FutureProofMessage {
            message: buffa::MessageField::some(message),
        }),
        ..Default::default()
    }
}
