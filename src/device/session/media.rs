//! Media on its way to WhatsApp's media hosts.

use wacore::download::MediaType;
use whatsapp_rust::media::{ImageOptions, VideoOptions, image_message, video_message};
use whatsapp_rust::upload::UploadOptions;

use super::outgoing::Outgoing;
use super::{Session, failures};
use crate::device::job::HELD;
use crate::failure::{Failure, Step};
use crate::media::download::Downloaded;
use crate::media::{Kind, Media, preview};
use crate::memory::{Held, Permit};

const UPLOAD: Step = Step {
    name: "upload",
    failed: "failed to upload media to whatsapp",
};

/// Media, from the caller and to WhatsApp.
pub struct Uploads<'a>(&'a Session);

impl Session {
    /// Media, from the caller and to WhatsApp.
    pub fn media(&self) -> Uploads<'_> {
        Uploads(self)
    }
}

impl Uploads<'_> {
    /// What is behind a URL that the caller gave.
    pub async fn download(&self, url: &str) -> Result<Downloaded, Failure> {
        let downloader = &self.0.life.shared.downloader;
        downloader.fetch(url, self.0.room()).await
    }

    /// A square JPEG of a picture, as a profile shows it.
    pub async fn portrait(&self, picture: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let picture = Held::new(picture, self.0.terms.held.clone());
        preview::portrait(picture, self.0.room()).await
    }

    /// Encrypts and uploads, and makes the message that says where it is. `held`: for its bytes.
    pub async fn upload(
        &self,
        media: Media,
        held: Permit,
        caption: Option<String>,
        view_once: bool,
    ) -> Result<Outgoing, Failure> {
        let Media {
            kind,
            mime_type,
            bytes,
        } = media;
        let media_type = match kind {
            Kind::Image => MediaType::Image,
            Kind::Video => MediaType::Video,
        };
        let bytes = Held::new(bytes, held);
        let (bytes, preview) = preview::of(kind, bytes, self.0.room()).await?;
        let (bytes, held) = bytes.into_parts();
        // The text of the request is gone; and for a while all is there twice, once encrypted.
        held.shrink_to(bytes.len() + caption.as_ref().map_or(0, String::len));
        held.grow(bytes.len())?;
        let upload = self
            .0
            .client
            .upload(bytes, media_type, UploadOptions::new());
        let upload = HELD.scope(held, upload);
        let uploaded = match tokio::time::timeout_at(self.0.terms.deadline, upload).await {
            Ok(Ok(uploaded)) => uploaded,
            Ok(Err(_)) if !self.0.client.is_connected() => return Err(Failure::Disconnected),
            Ok(Err(error)) => return Err(during_upload(failures::upload(error.as_ref()))),
            Err(_) => return Err(during_upload(Failure::TimedOut { message_id: None })),
        };
        let mimetype = Some(mime_type.to_owned());
        let mut message = match kind {
            Kind::Image => {
                let options = ImageOptions {
                    caption,
                    mimetype,
                    jpeg_thumbnail: preview.thumbnail,
                    ..Default::default()
                };
                image_message(uploaded, options)
            }
            Kind::Video => {
                let options = VideoOptions {
                    caption,
                    mimetype,
                    duration_seconds: preview.seconds,
                    ..Default::default()
                };
                video_message(uploaded, options)
            }
        };
        if let Some(image) = message.image_message.as_option_mut() {
            (image.width, image.height) = (preview.width, preview.height);
        }
        if let Some(video) = message.video_message.as_option_mut() {
            (video.width, video.height) = (preview.width, preview.height);
        }
        Ok(Outgoing::media(message, view_once))
    }
}

/// A failure of the upload, which has codes of its own.
pub fn during_upload(failure: Failure) -> Failure {
    Failure::During(UPLOAD, Box::new(failure))
}
