//! Media, described so that it can be fetched later: the file at WhatsApp is encrypted, and its key is in the message.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use waproto::whatsapp::message::{
    AudioMessage, DocumentMessage, ImageMessage, StickerMessage, VideoMessage,
};
use waproto::whatsapp::{ContextInfo, Message};

use super::content::{Content, context};

/// The file that comes with a message. What the sender did not say is absent.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageMedia {
    /// A picture.
    Image(ImageFile),
    /// A video.
    Video(VideoFile),
    /// A short round video, recorded in the chat.
    VideoNote(VideoFile),
    /// Music, or a voice message.
    Audio(AudioFile),
    /// Any file.
    Document(DocumentFile),
    /// A sticker.
    Sticker(StickerFile),
}

/// Where a file is, and what is needed to fetch it and to decrypt it.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct MediaFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    mimetype: Option<String>,
    /// Bytes, as it was before it was encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// Of the file, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Of the encrypted file, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted_sha256: Option<String>,
    /// In base64; the keys are derived from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_key: Option<String>,
    /// The path at WhatsApp's media hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_path: Option<String>,
    /// Where it was when it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// A picture.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ImageFile {
    #[serde(flatten)]
    file: MediaFile,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

/// A video.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct VideoFile {
    #[serde(flatten)]
    file: MediaFile,
    /// How long it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// It is played again and again, without sound.
    gif: bool,
}

/// Something to listen to.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct AudioFile {
    #[serde(flatten)]
    file: MediaFile,
    /// How long it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u32>,
    /// It was recorded in the chat.
    voice: bool,
}

/// Any file.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct DocumentFile {
    #[serde(flatten)]
    file: MediaFile,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// How many it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u32>,
}

/// A sticker.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct StickerFile {
    #[serde(flatten)]
    file: MediaFile,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    animated: bool,
}

impl MessageMedia {
    /// The `message_type` of its message, which is its `type` too.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::VideoNote(_) => "video_note",
            Self::Audio(_) => "audio",
            Self::Document(_) => "document",
            Self::Sticker(_) => "sticker",
        }
    }
}

/// The fields that all kinds of media have by the same names.
macro_rules! file {
    ($media:expr) => {
        MediaFile {
            mimetype: $media.mimetype.clone(),
            size: $media.file_length,
            sha256: $media.file_sha256.as_deref().map(base64),
            encrypted_sha256: $media.file_enc_sha256.as_deref().map(base64),
            media_key: $media.media_key.as_deref().map(base64),
            direct_path: $media.direct_path.clone(),
            url: $media.url.clone(),
        }
    };
}

/// `None`: it is no media.
pub fn content(message: &Message) -> Option<Content> {
    let image = message.image_message.as_option().map(image);
    let video = || message.video_message.as_option().map(video);
    let note = || message.ptv_message.as_option().map(video_note);
    let audio = || message.audio_message.as_option().map(audio);
    let document = || message.document_message.as_option().map(document);
    let sticker = || message.sticker_message.as_option().map(sticker);
    image
        .or_else(video)
        .or_else(note)
        .or_else(audio)
        .or_else(document)
        .or_else(sticker)
}

fn of(media: MessageMedia, caption: Option<&String>, refers: Option<&ContextInfo>) -> Content {
    Content {
        kind: media.kind().into(),
        text: caption.cloned(),
        media: Some(media),
        details: None,
        context: context(refers),
    }
}

fn image(image: &ImageMessage) -> Content {
    let media = MessageMedia::Image(ImageFile {
        file: file!(image),
        width: image.width,
        height: image.height,
    });
    of(
        media,
        image.caption.as_ref(),
        image.context_info.as_option(),
    )
}

fn video(video: &VideoMessage) -> Content {
    let media = MessageMedia::Video(VideoFile::from(video));
    of(
        media,
        video.caption.as_ref(),
        video.context_info.as_option(),
    )
}

fn video_note(video: &VideoMessage) -> Content {
    let media = MessageMedia::VideoNote(VideoFile::from(video));
    of(
        media,
        video.caption.as_ref(),
        video.context_info.as_option(),
    )
}

impl From<&VideoMessage> for VideoFile {
    fn from(video: &VideoMessage) -> Self {
        Self {
            file: file!(video),
            seconds: video.seconds,
            width: video.width,
            height: video.height,
            gif: video.gif_playback.unwrap_or_default(),
        }
    }
}

fn audio(audio: &AudioMessage) -> Content {
    let media = MessageMedia::Audio(AudioFile {
        file: file!(audio),
        seconds: audio.seconds,
        voice: audio.ptt.unwrap_or_default(),
    });
    of(media, None, audio.context_info.as_option())
}

fn document(document: &DocumentMessage) -> Content {
    let media = MessageMedia::Document(DocumentFile {
        file: file!(document),
        file_name: document.file_name.clone(),
        title: document.title.clone(),
        pages: document.page_count,
    });
    of(
        media,
        document.caption.as_ref(),
        document.context_info.as_option(),
    )
}

fn sticker(sticker: &StickerMessage) -> Content {
    let media = MessageMedia::Sticker(StickerFile {
        file: file!(sticker),
        width: sticker.width,
        height: sticker.height,
        animated: sticker.is_animated.unwrap_or_default(),
    });
    of(media, None, sticker.context_info.as_option())
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
