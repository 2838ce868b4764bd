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
        let url = Some(format!("https://{}{path}", self.host()));
        let direct_path = Some(path);
        let mimetype = Some(mime.unwrap_or_else(|| media_type.mime().to_owned()));
        let media_key = Some(sealed.media_key.to_vec());
        let file_sha256 = Some(sealed.plain_sha256.to_vec());
        let file_enc_sha256 = Some(sealed.file_sha256.to_vec());
        let file_length = Some(sealed.plain_length);
        let media_key_timestamp = i64::try_from(stanza::now()).ok();
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
