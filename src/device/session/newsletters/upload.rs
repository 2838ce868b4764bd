//! Files for newsletters, which everybody can read: uploaded as they are, and named by a handle when they are posted.
//!
//! The library can upload for chats only, whose files are encrypted; nobody who follows a newsletter could see one.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;
use waproto::whatsapp as wa;

use super::Newsletters;
use super::posts::Post;
use crate::device::job::HELD;
use crate::device::session::failures;
use crate::device::session::media::during_upload;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::{Document, Image, Video};
use crate::failure::Failure;
use crate::memory::Held;

/// What the real client says where it comes from; its media hosts ask for it.
pub(in crate::device) const ORIGIN: &str = "https://web.whatsapp.com";

/// What a file is shown as.
pub enum File {
    Image(Image),
    Video(Video),
    Document(Document),
}

impl File {
    /// Bytes of the request that go into the message.
    fn beside(&self) -> usize {
        let caption = match self {
            Self::Image(image) => &image.caption,
            Self::Video(video) => &video.caption,
            Self::Document(document) => &document.caption,
        };
        caption.as_ref().map_or(0, String::len)
    }

    /// WhatsApp's word for it.
    fn kind(&self) -> &'static str {
        match self {
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::Document(_) => "document",
        }
    }
}

/// Where WhatsApp has put a file.
#[derive(Deserialize)]
struct Place {
    url: String,
    direct_path: String,
    handle: String,
}

/// Bytes with the permit for them, which goes wherever they go.
struct Body(Held<Vec<u8>>);

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Newsletters<'_> {
    /// Uploads a file, and makes the message that says where it is.
    pub async fn upload(&self, bytes: Held<Vec<u8>>, file: File) -> Result<Post, Failure> {
        let (bytes, held) = bytes.into_parts();
        // The text of the request is gone.
        held.shrink_to(bytes.len() + file.beside());
        let deadline = &self.0.terms.deadline;
        let uploaded = self.uploaded(Held::new(bytes, held), file.kind());
        let uploaded = deadline.limit(Duration::ZERO, uploaded).await;
        match uploaded {
            Some(Ok((place, hash, length))) => Ok(message(file, place, hash, length)),
            Some(Err(_)) if !self.0.client.is_connected() => Err(Failure::Disconnected),
            Some(Err(failure)) => Err(during_upload(failure)),
            None => Err(during_upload(Failure::TimedOut { message_id: None })),
        }
    }

    async fn uploaded(
        &self,
        bytes: Held<Vec<u8>>,
        kind: &str,
    ) -> Result<(Place, [u8; 32], u64), Failure> {
        let length = bytes.len() as u64;
        let hashed = tokio::task::spawn_blocking(move || {
            let hash: [u8; 32] = Sha256::digest(&bytes[..]).into();
            (bytes, hash)
        });
        let (bytes, hash) = hashed.await.map_err(|error| failures::task(&error))?;
        let body = Bytes::from_owner(Body(bytes));
        let place = match self.offer(&body, kind, &hash, false).await? {
            // What lets us upload may have expired before its time.
            Err(401 | 403) => self.offer(&body, kind, &hash, true).await?,
            other => other,
        };
        let place = place.map_err(|status| match status {
            429 => failures::refused(status, None),
            _ => Failure::Refused(format!("media host ({status})")),
        })?;
        Ok((place, hash, length))
    }

    /// Offers it to one media host after the other. `Err` inside: the status with which the last one has refused it.
    async fn offer(
        &self,
        body: &Bytes,
        kind: &str,
        hash: &[u8],
        anew: bool,
    ) -> Result<Result<Place, u16>, Failure> {
        let asked = async {
            let hosts = self.0.client.refresh_media_conn(anew).await;
            hosts.map_err(failures::unanswered)
        };
        let hosts = self.0.query(asked).await?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(hash);
        let parameters = form_urlencoded::Serializer::new(String::new())
            .append_pair("auth", &hosts.auth)
            .append_pair("token", &token)
            .finish();
        let mut last = Ok(Err(503));
        for host in &hosts.hosts {
            let url = format!(
                "https://{}/newsletter/newsletter-{kind}/{token}?{parameters}",
                host.hostname
            );
            let posted = self.0.life.shared.fetcher.post(url, ORIGIN, body.clone());
            let posted = HELD.scope(self.0.held().clone(), posted).await;
            last = match posted {
                Ok((200, answer)) => {
                    let place = serde_json::from_slice(&answer);
                    return place.map(Ok).map_err(|_unread| failures::unreadable());
                }
                Ok((status, _)) if status < 500 => return Ok(Err(status)),
                // It has a problem of its own, and another may have none.
                Ok((status, _)) => Ok(Err(status)),
                Err(error) => Err(failures::upload(error.as_ref())),
            };
        }
        last
    }
}

/// Without what a chat's file has: there is nothing to decrypt.
fn message(file: File, place: Place, hash: [u8; 32], length: u64) -> Post {
    let (url, direct_path) = (Some(place.url), Some(place.direct_path));
    let (file_sha256, file_length) = (Some(hash.to_vec()), Some(length));
    let kind = file.kind();
    let mut message = wa::Message::default();
    match file {
        File::Image(image) => {
            message.image_message = buffa::MessageField::some(wa::message::ImageMessage {
                url,
                direct_path,
                file_sha256,
                file_length,
                mimetype: Some(image.mime_type),
                caption: image.caption,
                jpeg_thumbnail: image.preview.thumbnail,
                width: image.preview.width,
                height: image.preview.height,
                ..Default::default()
            });
        }
        File::Video(video) => {
            message.video_message = buffa::MessageField::some(wa::message::VideoMessage {
                url,
                direct_path,
                file_sha256,
                file_length,
                mimetype: Some(video.mime_type),
                caption: video.caption,
                jpeg_thumbnail: video.preview.thumbnail,
                width: video.preview.width,
                height: video.preview.height,
                seconds: video.preview.seconds,
                ..Default::default()
            });
        }
        File::Document(document) => {
            message.document_message = buffa::MessageField::some(wa::message::DocumentMessage {
                url,
                direct_path,
                file_sha256,
                file_length,
                mimetype: Some(document.mime_type),
                title: Some(document.file_name.clone()),
                file_name: Some(document.file_name),
                caption: document.caption,
                jpeg_thumbnail: document.thumbnail,
                ..Default::default()
            });
        }
    }
    Post {
        message: Outgoing(message),
        file: Some((kind, place.handle)),
    }
}
