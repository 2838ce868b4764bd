//! Content becomes a message: the texts and files that a phone sends.

use buffa::MessageField;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::{
    AudioMessage, DocumentMessage, ExtendedTextMessage, ImageMessage, StickerMessage, VideoMessage,
};

use super::content::{Content, MediaType};
use crate::sandbox::media;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// The message for some content; a file is encrypted and left where devices can fetch it.
    pub fn compose(&mut self, content: Content, status: bool) -> Message {
        match content {
            // A status is always an extended text: it has a background.
            Content::Text(text) if status => Message {
                extended_text_message: MessageField::some(ExtendedTextMessage {
                    text: Some(text),
                    background_argb: Some(0xFF1E_6E4F),
                    ..Default::default()
                }),
                ..Default::default()
            },
            Content::Text(text) => Message {
                conversation: Some(text),
                ..Default::default()
            },
            Content::Media {
                media_type,
                caption,
                mime,
                data,
            } => self.compose_media(media_type, caption, mime, &data),
        }
    }

    fn compose_media(
        &mut self,
        media_type: MediaType,
        caption: Option<String>,
        mime: Option<String>,
        data: &[u8],
    ) -> Message {
        let sealed = media::seal(data, media_type.kind());
        let path = self.keep_file(sealed.file.into());
        let place = Placed {
            url: format!("https://{}{path}", self.host()),
            direct_path: path,
            file_sha256: sealed.plain_sha256.to_vec(),
            file_length: sealed.plain_length,
            secret: Some((sealed.media_key.to_vec(), sealed.file_sha256.to_vec())),
        };
        place.message(media_type, caption, mime)
    }
}

/// Where a file is, and how it is known again.
pub struct Placed {
    pub url: String,
    pub direct_path: String,
    pub file_sha256: Vec<u8>,
    pub file_length: u64,
    /// Its key, and the hash of what is stored; `None`: it is not encrypted.
    pub secret: Option<(Vec<u8>, Vec<u8>)>,
}

impl Placed {
    /// The message that shows it. `mime`: where it is not that of its type.
    pub fn message(
        self,
        media_type: MediaType,
        caption: Option<String>,
        mime: Option<String>,
    ) -> Message {
        let (url, direct_path) = (Some(self.url), Some(self.direct_path));
        let mimetype = Some(mime.unwrap_or_else(|| media_type.mime().to_owned()));
        let (file_sha256, file_length) = (Some(self.file_sha256), Some(self.file_length));
        let sealed_at = self.secret.is_some().then(stanza::now);
        let media_key_timestamp = sealed_at.and_then(|at| i64::try_from(at).ok());
        let (media_key, file_enc_sha256) = self.secret.unzip();
        // The five messages have these fields in common and no type.
        macro_rules! file {
            ($message:ident { $($field:ident: $value:expr),* }) => {
                MessageField::some($message {
                    url, direct_path, mimetype, media_key, file_sha256, file_enc_sha256, file_length,
                    media_key_timestamp,
                    $($field: $value,)*
                    ..Default::default()
                })
            };
        }
        let mut message = Message::default();
        match media_type {
            MediaType::Image => message.image_message = file!(ImageMessage { caption: caption }),
            MediaType::Video => message.video_message = file!(VideoMessage { caption: caption }),
            MediaType::Audio => message.audio_message = file!(AudioMessage {}),
            MediaType::Document => {
                message.document_message = file!(DocumentMessage { caption: caption });
            }
            MediaType::Sticker => message.sticker_message = file!(StickerMessage {}),
        }
        message
    }
}
