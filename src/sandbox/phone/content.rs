//! What a phone can say: a text, or a file with a caption.

use crate::sandbox::media::Kind;

/// What kind of file a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

impl MediaType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// Under which keys its files are encrypted; stickers are images in this.
    pub fn kind(self) -> Kind {
        match self {
            Self::Image | Self::Sticker => Kind::Image,
            Self::Video => Kind::Video,
            Self::Audio => Kind::Audio,
            Self::Document => Kind::Document,
        }
    }

    /// What a file is called when nobody says otherwise.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Image => "image/jpeg",
            Self::Video => "video/mp4",
            Self::Audio => "audio/ogg; codecs=opus",
            Self::Document => "application/octet-stream",
            Self::Sticker => "image/webp",
        }
    }
}

/// A text, or a file with what is said about it.
pub enum Content {
    Text(String),
    Media {
        media_type: MediaType,
        caption: Option<String>,
        mime: Option<String>,
        data: Vec<u8>,
    },
}
