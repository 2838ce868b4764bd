//! Media, described so that it can be fetched later: the file at WhatsApp is encrypted, and its key is in the message.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use waproto::whatsapp::Message;

use super::{Content, context};

/// Fields that are there only for some kinds of media.
type More = Vec<(&'static str, Option<Value>)>;

macro_rules! media_content {
    ($media:expr, $kind:literal, $text:expr, $more:expr) => {
        if let Some(media) = $media.as_option() {
            let more: More = $more(media);
            let fields = [
                ("type", Some(Value::from($kind))),
                ("mimetype", media.mimetype.clone().map(Value::from)),
                ("size", media.file_length.map(Value::from)),
                ("sha256", bytes(&media.file_sha256)),
                ("encrypted_sha256", bytes(&media.file_enc_sha256)),
                ("media_key", bytes(&media.media_key)),
                ("direct_path", media.direct_path.clone().map(Value::from)),
                ("url", media.url.clone().map(Value::from)),
            ];
            let known = fields.into_iter().chain(more);
            let known = known.filter_map(|(name, value)| Some((name.to_owned(), value?)));
            return Some(Content {
                kind: $kind.into(),
                text: $text(media),
                media: Some(Value::Object(Map::from_iter(known))),
                details: None,
                context: context(media.context_info.as_option()),
            });
        }
    };
}

/// `None`: it is no media.
pub fn content(message: &Message) -> Option<Content> {
    media_content!(
        message.image_message,
        "image",
        |image: &_| image_caption(image),
        |image: &Image| vec![
            ("width", image.width.map(Value::from)),
            ("height", image.height.map(Value::from)),
        ]
    );
    media_content!(
        message.video_message,
        "video",
        |video: &Video| video.caption.clone(),
        video_fields
    );
    media_content!(
        message.ptv_message,
        "video_note",
        |video: &Video| video.caption.clone(),
        video_fields
    );
    media_content!(
        message.audio_message,
        "audio",
        |_| None,
        |audio: &Audio| vec![
            ("seconds", audio.seconds.map(Value::from)),
            ("voice", Some(audio.ptt.unwrap_or_default().into())),
        ]
    );
    media_content!(
        message.document_message,
        "document",
        |document: &Document| document.caption.clone(),
        |document: &Document| vec![
            ("file_name", document.file_name.clone().map(Value::from)),
            ("title", document.title.clone().map(Value::from)),
            ("pages", document.page_count.map(Value::from)),
        ]
    );
    media_content!(
        message.sticker_message,
        "sticker",
        |_| None,
        |sticker: &Sticker| vec![
            ("width", sticker.width.map(Value::from)),
            ("height", sticker.height.map(Value::from)),
            (
                "animated",
                Some(sticker.is_animated.unwrap_or_default().into())
            ),
        ]
    );
    None
}

type Image = waproto::whatsapp::message::ImageMessage;
type Video = waproto::whatsapp::message::VideoMessage;
type Audio = waproto::whatsapp::message::AudioMessage;
type Document = waproto::whatsapp::message::DocumentMessage;
type Sticker = waproto::whatsapp::message::StickerMessage;

fn image_caption(image: &Image) -> Option<String> {
    image.caption.clone()
}

fn video_fields(video: &Video) -> More {
    vec![
        ("seconds", video.seconds.map(Value::from)),
        ("width", video.width.map(Value::from)),
        ("height", video.height.map(Value::from)),
        ("gif", Some(video.gif_playback.unwrap_or_default().into())),
    ]
}

fn bytes(bytes: &Option<Vec<u8>>) -> Option<Value> {
    Some(BASE64_STANDARD.encode(bytes.as_ref()?).into())
}
