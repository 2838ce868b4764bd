//! How a status looks that is no picture.

use serde::Deserialize;
use utoipa::ToSchema;
use wa::message::extended_text_message::FontType;
use waproto::whatsapp as wa;

use super::Outgoing;

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
            extended_text_message: buffa::MessageField::some(content),
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
