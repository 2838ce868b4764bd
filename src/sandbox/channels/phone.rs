//! Phones in channels: what they post, and what they read.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use buffa::Message as _;
use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{JidExt, Node};
use waproto::whatsapp::Message;

use super::posting::File;
use crate::sandbox::address::Address;
use crate::sandbox::edit::Edit;
use crate::sandbox::keys;
use crate::sandbox::phone::composing::Placed;
use crate::sandbox::phone::seen::{Seen, describe};
use crate::sandbox::phone::{Content, Received, ReceivedMedia};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// A phone posts in a channel. Returns the id of the message, and the number of the post or the code of the refusal.
    pub fn phone_posts(
        &mut self,
        phone: &str,
        channel: &str,
        content: Content,
    ) -> (String, Result<u32, u16>) {
        let media_type = match &content {
            Content::Text(_) => None,
            Content::Media { media_type, .. } => Some(media_type.name()),
        };
        let (message, handle) = self.compose_post(content);
        let id = stanza::new_id();
        let mut node = NodeBuilder::new("message")
            .attr("id", id.as_str())
            .attr("type", if handle.is_some() { "media" } else { "text" });
        if let Some(handle) = handle {
            node = node.attr("media_id", handle);
        }
        let mut plaintext = NodeBuilder::new("plaintext");
        if let Some(media_type) = media_type {
            plaintext = plaintext.attr("mediatype", media_type);
        }
        let plaintext = plaintext.bytes(message.encode_to_vec()).build();
        let node = node.children([plaintext]).build();
        let posted = self.take_post(&Address::phone(phone), channel, &node);
        (id, posted)
    }

    /// The message for some content, with the handle of its file, which everybody can read.
    fn compose_post(&mut self, content: Content) -> (Message, Option<String>) {
        let (media_type, caption, mime, data) = match content {
            Content::Text(text) => {
                let message = Message {
                    conversation: Some(text),
                    ..Default::default()
                };
                return (message, None);
            }
            Content::Media {
                media_type,
                caption,
                mime,
                data,
            } => (media_type, caption, mime, data),
        };
        let (hash, file_length) = (keys::sha256(&data), data.len() as u64);
        let path = self.keep_plain_file(data.into());
        let place = Placed {
            url: format!("https://{}{path}", self.host()),
            direct_path: path,
            file_sha256: hash.to_vec(),
            file_length,
            secret: None,
        };
        let message = place.message(media_type, caption, mime);
        (message, Some(BASE64_URL_SAFE_NO_PAD.encode(hash)))
    }

    /// A post reaches the phone of somebody who follows. One that was changed is there as it is now, and one that was
    /// taken back as nothing.
    pub fn phone_reads_post(&mut self, phone: &str, node: &Node) {
        let Some(from) = stanza::jid(node, "from").filter(|from| from.is_newsletter()) else {
            return;
        };
        let bytes = stanza::child_bytes(node, "plaintext").unwrap_or_default();
        let Ok(message) = waproto::codec::message_decode(bytes) else {
            return;
        };
        let revoked = stanza::attr(node, "edit").as_deref() == Some("8");
        let seen = match describe(&message) {
            Some(seen) => seen,
            None if revoked => Seen {
                kind: "revoked".to_owned(),
                text: None,
                file: None,
                message: None,
                envelope: None,
            },
            None => return,
        };
        let media = seen.file.map(|file| {
            let plain = File::of(&message).and_then(|file| self.plain_file(&file));
            ReceivedMedia {
                media_type: file.media_type.name().to_owned(),
                mimetype: file.mimetype,
                size: plain.as_ref().map(|plain| plain.len() as u64),
                sha256: plain.map(|plain| hex::encode(keys::sha256(&plain))),
                told: file.told,
            }
        });
        let said = |key: &str| stanza::attr(node, key).map(|value| value.into_owned());
        let plaintext = stanza::child(node, "plaintext");
        let mediatype = plaintext.and_then(|plaintext| stanza::attr(plaintext, "mediatype"));
        let caption = seen.text.clone().filter(|_| media.is_some());
        let received = Received {
            id: stanza::id(node),
            from: from.to_string(),
            chat: from.to_string(),
            kind: seen.kind,
            text: seen.text,
            caption,
            media,
            message: seen.message,
            encoded: bytes.to_vec(),
            stanza: Some(json!({
                "type": said("type"),
                "server_id": said("server_id"),
                "edit": said("edit"),
                "mediatype": mediatype,
            })),
            envelope: seen.envelope.map(str::to_owned),
            times: 1,
            timestamp: stanza::now(),
        };
        self.count(|seen| seen.posts_read += 1);
        if let Some(Edit {
            account, journal, ..
        }) = self.edit(phone)
        {
            account.phone.keep(phone, received, journal);
        }
    }

    /// A file as everybody can fetch it, if it is what the message says.
    fn plain_file(&self, file: &File<'_>) -> Option<bytes::Bytes> {
        let plain = self.media().get(file.direct_path?)?;
        let right = file.sha256? == keys::sha256(&plain).as_slice() && !file.encrypted;
        right.then_some(plain)
    }
}
