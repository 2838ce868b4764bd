//! What a person sees of a decrypted message.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use waproto::whatsapp as wa;
use waproto::whatsapp::message::protocol_message::Type;

use super::{MediaType, Told};

/// What a person sees of a message.
pub struct Seen {
    /// "text", "image", …
    pub kind: String,
    /// The text, or the caption of a file.
    pub text: Option<String>,
    pub file: Option<File>,
    /// All of it, unless it is a text and nothing else.
    pub message: Option<Value>,
    /// WhatsApp's own name of what it came in.
    pub envelope: Option<&'static str>,
}

/// Where a message's file lies.
pub struct File {
    pub media_type: MediaType,
    pub direct_path: Option<String>,
    pub media_key: Option<Vec<u8>>,
    pub mimetype: Option<String>,
    pub told: Told,
}

/// `None` for messages between machines.
pub fn describe(message: &wa::Message) -> Option<Seen> {
    match inner(message) {
        Some((envelope, inner)) => Some(Seen {
            envelope: Some(envelope),
            ..describe(inner)?
        }),
        None => {
            let seen = file(message)
                .or_else(|| words(message))
                .or_else(|| other(message))?;
            let message = message.conversation.is_none().then(|| whole(message));
            Some(Seen { message, ..seen })
        }
    }
}

/// Kinds that carry neither a file nor plain words, by WhatsApp's own name of them.
fn other(message: &wa::Message) -> Option<Seen> {
    let whole = whole(message);
    let mut parts = whole.as_object()?.keys();
    let kind =
        parts.find(|name| !COMPANY.contains(&name.as_str()) && *name != "protocol_message")?;
    Some(Seen {
        kind: kind.replace("_message", ""),
        text: None,
        file: None,
        message: None,
        envelope: None,
    })
}

/// Parts that go along with a message and are none.
const COMPANY: [&str; 3] = [
    "sender_key_distribution_message",
    "fast_ratchet_key_sender_key_distribution_message",
    "message_context_info",
];

/// A message under WhatsApp's own names, without what is not set.
fn whole(message: &wa::Message) -> Value {
    let mut whole = serde_json::to_value(message).unwrap_or_default();
    tidy(&mut whole);
    whole
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(tidy);
            fields.retain(|_, value| !is_nothing(value));
            let named = std::mem::take(fields).into_iter().map(by_choice);
            *fields = named.collect();
        }
        // Bytes come as a list of numbers.
        Value::Array(items) => match bytes(items) {
            Some(bytes) => *value = BASE64_STANDARD.encode(bytes).into(),
            None => items.iter_mut().for_each(tidy),
        },
        _ => {}
    }
}

/// What is one of several things goes by the name of what it is, as WhatsApp has it; the library puts it below the name of
/// the choice.
fn by_choice((name, value): (String, Value)) -> (String, Value) {
    let Value::Object(fields) = value else {
        return (name, value);
    };
    let chosen = fields.keys().next().filter(|_| fields.len() == 1);
    match chosen.filter(|chosen| chosen.starts_with(char::is_uppercase)) {
        Some(chosen) => {
            let name = snake_case(chosen);
            let value = fields.into_iter().next().map(|(_, value)| value);
            (name, value.unwrap_or_default())
        }
        None => (name, Value::Object(fields)),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn bytes(items: &[Value]) -> Option<Vec<u8>> {
    let byte = |item: &Value| u8::try_from(item.as_u64()?).ok();
    match items.is_empty() {
        true => None,
        false => items.iter().map(byte).collect(),
    }
}

fn file(message: &wa::Message) -> Option<Seen> {
    // The five messages have these fields in common and no type.
    macro_rules! seen {
        ($found:ident, $media_type:expr, $caption:expr) => {{
            let media_type = $media_type;
            Some(Seen {
                kind: media_type.name().to_owned(),
                text: $caption,
                message: None,
                envelope: None,
                file: Some(File {
                    media_type,
                    direct_path: $found.direct_path.clone(),
                    media_key: $found.media_key.clone(),
                    mimetype: $found.mimetype.clone(),
                    told: told(message),
                }),
            })
        }};
    }
    if let Some(image) = message.image_message.as_option() {
        return seen!(image, MediaType::Image, image.caption.clone());
    }
    if let Some(video) = message.video_message.as_option() {
        return seen!(video, MediaType::Video, video.caption.clone());
    }
    if let Some(document) = message.document_message.as_option() {
        return seen!(document, MediaType::Document, document.caption.clone());
    }
    if let Some(audio) = message.audio_message.as_option() {
        return seen!(audio, MediaType::Audio, None);
    }
    let sticker = message.sticker_message.as_option()?;
    seen!(sticker, MediaType::Sticker, None)
}

fn told(message: &wa::Message) -> Told {
    let size = |picture: &Option<Vec<u8>>| picture.as_ref().map(Vec::len);
    if let Some(image) = message.image_message.as_option() {
        return Told {
            width: image.width,
            height: image.height,
            seconds: None,
            thumbnail: size(&image.jpeg_thumbnail),
        };
    }
    if let Some(sticker) = message.sticker_message.as_option() {
        return Told {
            width: sticker.width,
            height: sticker.height,
            ..Told::default()
        };
    }
    if let Some(audio) = message.audio_message.as_option() {
        return Told {
            seconds: audio.seconds,
            ..Told::default()
        };
    }
    if let Some(document) = message.document_message.as_option() {
        return Told {
            thumbnail: size(&document.jpeg_thumbnail),
            ..Told::default()
        };
    }
    let video = message.video_message.as_option();
    video.map_or_else(Told::default, |video| Told {
        width: video.width,
        height: video.height,
        seconds: video.seconds,
        thumbnail: size(&video.jpeg_thumbnail),
    })
}

fn words(message: &wa::Message) -> Option<Seen> {
    let said = |kind: &str, text| Seen {
        kind: kind.to_owned(),
        text,
        file: None,
        message: None,
        envelope: None,
    };
    if let Some(text) = &message.conversation {
        return Some(said("text", Some(text.clone())));
    }
    if let Some(extended) = message.extended_text_message.as_option() {
        return Some(said("text", extended.text.clone()));
    }
    if let Some(reaction) = message.reaction_message.as_option() {
        return Some(said("reaction", reaction.text.clone()));
    }
    let protocol = message.protocol_message.as_option()?;
    if protocol.r#type == Some(Type::MESSAGE_EDIT) {
        let edited = describe(protocol.edited_message.as_option()?)?;
        return Some(said("edit", edited.text));
    }
    if protocol.r#type == Some(Type::EPHEMERAL_SETTING) {
        return Some(said("disappearing_mode", None));
    }
    let revoke = protocol.r#type.unwrap_or(Type::REVOKE) == Type::REVOKE;
    revoke.then(|| said("revoke", None))
}

/// The message in a message that disappears, can be seen once or has a document with a caption; and what it is in.
fn inner(message: &wa::Message) -> Option<(&'static str, &wa::Message)> {
    [
        ("ephemeral_message", &message.ephemeral_message),
        ("view_once_message", &message.view_once_message),
        ("view_once_message_v2", &message.view_once_message_v2),
        (
            "document_with_caption_message",
            &message.document_with_caption_message,
        ),
    ]
    .into_iter()
    .find_map(|(name, wrapper)| Some((name, wrapper.as_option()?.message.as_option()?)))
}
