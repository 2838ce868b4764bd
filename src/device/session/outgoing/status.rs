//! How a status looks that is no picture.

use buffa::MessageField;
use serde::Deserialize;
use utoipa::ToSchema;
use wa::message::extended_text_message::FontType;
use wacore_binary::Jid;
use waproto::whatsapp as wa;

use super::Outgoing;
use crate::device::report::{context_mut, unwrapped_mut};
use crate::device::session::status::mention::Mentioned;

/// The background on which WhatsApp Web puts a text status by default.
const BACKGROUND_ARGB: u32 = 0xFF1E_6E4F;

/// The letters that phones have for a text status.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StatusFont)]
pub enum Font {
    /// As the rest of the phone.
    #[default]
    System,
    /// As a text that is read.
    Serif,
    /// As if by hand.
    Script,
    Bold,
    MorningBreeze,
    Calistoga,
    Exo,
    Courier,
}

/// What a text status stands on, and in which letters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// `0xAARRGGBB`; `None`: WhatsApp's green.
    pub background: Option<u32>,
    pub font: Font,
}

/// What phones show of a page to which a text leads.
#[derive(Debug)]
pub struct Preview {
    /// As it stands in the text.
    pub url: String,
    pub title: String,
    pub description: Option<String>,
    /// JPEG.
    pub thumbnail: Option<Vec<u8>>,
}

impl Outgoing {
    /// A text status.
    pub fn status_text(text: String, look: Look) -> Self {
        let content = wa::message::ExtendedTextMessage {
            text: Some(text),
            background_argb: Some(look.background.unwrap_or(BACKGROUND_ARGB)),
            font: Some(look.font.into()),
            ..Default::default()
        };
        Self(wa::Message {
            extended_text_message: MessageField::some(content),
            ..Default::default()
        })
    }

    /// The same text, which leads to this page.
    pub fn with_preview(mut self, preview: Option<Preview>) -> Self {
        if let (Some(text), Some(page)) = (self.0.extended_text_message.as_option_mut(), preview) {
            text.matched_text = Some(page.url);
            text.title = Some(page.title);
            text.description = page.description;
            text.jpeg_thumbnail = page.thumbnail;
        }
        self
    }

    /// The same status, which mentions these.
    pub fn mentioning(mut self, people: &Mentioned) -> Self {
        if let Some(context) =
            context_mut(unwrapped_mut(&mut self.0)).filter(|_| !people.0.is_empty())
        {
            context.mentioned_jid = people.0.iter().map(Jid::to_string).collect();
        }
        self
    }

    /// Tells somebody that the own status of this id mentions them.
    pub fn status_mention(id: &str) -> Self {
        let key = wa::MessageKey {
            remote_jid: Some(Jid::status_broadcast().to_string()),
            from_me: Some(true),
            id: Some(id.to_owned()),
            participant: None,
        };
        let mention = wa::message::ProtocolMessage {
            key: MessageField::some(key),
            r#type: Some(wa::message::protocol_message::Type::STATUS_MENTION_MESSAGE),
            ..Default::default()
        };
        let told = wa::Message {
            protocol_message: MessageField::some(mention),
            ..Default::default()
        };
        Self(wa::Message {
            status_mention_message: MessageField::some(wa::message::FutureProofMessage {
                message: MessageField::some(told),
            }),
            ..Default::default()
        })
    }

    /// The same sound, on a background that phones show while it is heard.
    pub fn on_background(mut self, argb: Option<u32>) -> Self {
        if let Some(audio) = self.0.audio_message.as_option_mut() {
            audio.background_argb = Some(argb.unwrap_or(BACKGROUND_ARGB));
        }
        self
    }
}

impl From<Font> for FontType {
    fn from(font: Font) -> Self {
        match font {
            Font::System => Self::SYSTEM,
            Font::Serif => Self::SYSTEM_TEXT,
            Font::Script => Self::FB_SCRIPT,
            Font::Bold => Self::SYSTEM_BOLD,
            Font::MorningBreeze => Self::MORNINGBREEZE_REGULAR,
            Font::Calistoga => Self::CALISTOGA_REGULAR,
            Font::Exo => Self::EXO2_EXTRABOLD,
            Font::Courier => Self::COURIERPRIME_BOLD,
        }
    }
}
