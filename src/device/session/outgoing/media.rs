//! Files that lie on WhatsApp's media hosts, and what is shown of them before they are fetched.

use wa::message::FutureProofMessage;
use waproto::whatsapp as wa;
use whatsapp_rust::media::{
    AudioOptions, DocumentOptions, ImageOptions, VideoOptions, audio_message, document_message,
    image_message, video_message,
};

use super::Outgoing;
use crate::device::session::media::Uploaded;
use crate::device::session::messages::context::References;
use crate::media::preview::Preview;

/// A picture.
pub struct Image {
    pub mime_type: String,
    /// Below it.
    pub caption: Option<String>,
    pub preview: Preview,
}

/// A video.
pub struct Video {
    pub mime_type: String,
    /// Below it.
    pub caption: Option<String>,
    pub preview: Preview,
}

/// A sound.
pub struct Audio {
    pub mime_type: &'static str,
    pub seconds: u32,
    /// A voice message.
    pub voice: bool,
    /// Its bars, each 0 to 100.
    pub bars: Option<Vec<u8>>,
}

/// A file of any kind.
pub struct Document {
    pub mime_type: String,
    pub file_name: String,
    /// Below it.
    pub caption: Option<String>,
    /// JPEG.
    pub thumbnail: Option<Vec<u8>>,
}

/// A sticker.
pub struct Sticker {
    pub mime_type: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    pub animated: bool,
}

type Context = Option<Box<wa::ContextInfo>>;

fn context(references: References) -> Context {
    let refers = !references.is_empty();
    refers.then(|| Box::new(references.into_context()))
}

impl Outgoing {
    /// A picture. `view_once`: whoever has seen it cannot see it again.
    pub fn image(
        uploaded: Uploaded,
        image: Image,
        references: References,
        view_once: bool,
    ) -> Self {
        let options = ImageOptions {
            caption: image.caption,
            mimetype: Some(image.mime_type),
            jpeg_thumbnail: image.preview.thumbnail,
            context_info: context(references),
        };
        let mut message = image_message(uploaded.place, options);
        if let Some(shown) = message.image_message.as_option_mut() {
            (shown.width, shown.height) = (image.preview.width, image.preview.height);
            shown.view_once = view_once.then_some(true);
        }
        Self(message)
    }

    /// A video. `view_once`: whoever has seen it cannot see it again.
    pub fn video(
        uploaded: Uploaded,
        video: Video,
        references: References,
        view_once: bool,
    ) -> Self {
        let options = VideoOptions {
            caption: video.caption,
            mimetype: Some(video.mime_type),
            jpeg_thumbnail: video.preview.thumbnail,
            duration_seconds: video.preview.seconds,
            gif_playback: None,
            context_info: context(references),
        };
        let mut message = video_message(uploaded.place, options);
        if let Some(shown) = message.video_message.as_option_mut() {
            (shown.width, shown.height) = (video.preview.width, video.preview.height);
            shown.view_once = view_once.then_some(true);
        }
        Self(message)
    }

    /// A sound. `view_once`: whoever has heard it cannot hear it again.
    pub fn audio(
        uploaded: Uploaded,
        audio: Audio,
        references: References,
        view_once: bool,
    ) -> Self {
        let options = AudioOptions {
            mimetype: Some(audio.mime_type.to_owned()),
            duration_seconds: Some(audio.seconds),
            ptt: Some(audio.voice),
            waveform: audio.bars,
            context_info: context(references),
        };
        let mut message = audio_message(uploaded.place, options);
        if let Some(heard) = message.audio_message.as_option_mut() {
            heard.view_once = view_once.then_some(true);
        }
        Self(message)
    }

    /// A file of any kind. With a caption it comes in a message of its own kind, as phones send it: older ones showed none.
    pub fn document(uploaded: Uploaded, document: Document, references: References) -> Self {
        let captioned = document.caption.is_some();
        let options = DocumentOptions {
            mimetype: Some(document.mime_type),
            title: Some(document.file_name.clone()),
            file_name: Some(document.file_name),
            caption: document.caption,
            page_count: None,
            jpeg_thumbnail: document.thumbnail,
            context_info: context(references),
        };
        let message = document_message(uploaded.place, options);
        if !captioned {
            return Self(message);
        }
        Self(wa::Message {
            document_with_caption_message: within(message),
            ..Default::default()
        })
    }

    /// A sticker.
    pub fn sticker(uploaded: Uploaded, sticker: Sticker) -> Self {
        let place = uploaded.place;
        let content = wa::message::StickerMessage {
            url: Some(place.url),
            direct_path: Some(place.direct_path),
            media_key: Some(place.media_key.to_vec()),
            file_sha256: Some(place.file_sha256.to_vec()),
            file_enc_sha256: Some(place.file_enc_sha256.to_vec()),
            file_length: Some(place.file_length),
            media_key_timestamp: Some(place.media_key_timestamp),
            mimetype: Some(sticker.mime_type.to_owned()),
            width: Some(sticker.width),
            height: Some(sticker.height),
            is_animated: Some(sticker.animated),
            ..Default::default()
        };
        Self(wa::Message {
            sticker_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }

    /// In the envelope in which phones send what can be seen once; media in a chat comes in it, a status does not.
    pub fn in_envelope(self, view_once: bool) -> Self {
        if !view_once {
            return self;
        }
        Self(wa::Message {
            view_once_message: within(self.0),
            ..Default::default()
        })
    }
}

fn within(message: wa::Message) -> buffa::MessageField<FutureProofMessage> {
    buffa::MessageField::some(FutureProofMessage {
        message: buffa::MessageField::some(message),
    })
}
