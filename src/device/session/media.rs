//! Media on its way to WhatsApp's media hosts.

use std::time::{Duration, Instant};

use wacore::download::MediaType;
use whatsapp_rust::upload::{UploadOptions, UploadResponse};

use super::outgoing::Outgoing;
use super::outgoing::media::{Image, Video};
use super::{Session, failures};
use crate::device::job::HELD;
use crate::failure::{Failure, Step};
use crate::media::download::Wanted;
use crate::media::ffmpeg::Ffmpeg;
use crate::media::source::{Place, Source};
use crate::media::{Kind, Media, preview};
use crate::memory::{Held, Permit};

const UPLOAD: Step = Step {
    name: "upload",
    failed: "failed to upload media to whatsapp",
};

/// Media, from the caller and to WhatsApp.
pub struct Uploads<'a>(&'a Session);

/// A file of a request.
pub struct Found {
    /// The field at fault when it cannot be used.
    pub field: &'static str,
    pub bytes: Held<Vec<u8>>,
    /// What its site calls it.
    pub content_type: Option<String>,
    /// How long it took to fetch.
    pub took: Duration,
}

/// What a file is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

impl File {
    fn media_type(self) -> MediaType {
        match self {
            Self::Image => MediaType::Image,
            Self::Video => MediaType::Video,
            Self::Audio => MediaType::Audio,
            Self::Document => MediaType::Document,
            Self::Sticker => MediaType::Sticker,
        }
    }
}

/// A file that lies on WhatsApp's media hosts.
pub struct Uploaded {
    pub(super) place: UploadResponse,
    /// How long it took.
    pub took: Duration,
}

impl Session {
    /// Media, from the caller and to WhatsApp.
    pub fn media(&self) -> Uploads<'_> {
        Uploads(self)
    }
}

impl Uploads<'_> {
    /// The file itself. `video`: it may be one, which takes longer to fetch.
    pub async fn fetch(&self, source: Source, video: bool) -> Result<Found, Failure> {
        let field = source.field;
        let url = match source.place {
            Place::Url(url) => url,
            Place::Here(bytes) => {
                self.admit(field, bytes.len())?;
                return Ok(Found {
                    field,
                    bytes: Held::new(bytes, self.0.held().clone()),
                    content_type: None,
                    took: Duration::ZERO,
                });
            }
        };
        let begun = Instant::now();
        let downloader = &self.0.life.shared.downloader;
        let url = &url;
        let wanted = Wanted { field, url, video };
        let downloaded = downloader.fetch(wanted, self.0.room()).await?;
        Ok(Found {
            field,
            bytes: downloaded.bytes,
            content_type: downloaded.content_type,
            took: begun.elapsed(),
        })
    }

    /// Refuses a file of this many bytes where that is more than one may have. `field`: where the request has it.
    pub fn admit(&self, field: &'static str, bytes: usize) -> Result<(), Failure> {
        self.0.life.shared.downloader.admit(field, bytes)
    }

    /// The program that converts sounds and videos.
    pub fn ffmpeg(&self) -> &Ffmpeg {
        &self.0.life.shared.ffmpeg
    }

    /// A square JPEG of a picture, as a profile shows it.
    pub async fn portrait(&self, picture: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.square("image_base64", picture).await
    }

    /// The same of a picture that the request has in this field.
    pub async fn square(&self, field: &'static str, picture: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.admit(field, picture.len())?;
        let picture = Held::new(picture, self.0.terms.held.clone());
        preview::portrait(field, picture, self.0.room()).await
    }

    /// Encrypts and uploads. `beside`: bytes of the request that are still needed.
    pub async fn upload(
        &self,
        file: File,
        bytes: Held<Vec<u8>>,
        beside: usize,
    ) -> Result<Uploaded, Failure> {
        let begun = Instant::now();
        let (bytes, held) = bytes.into_parts();
        // The text of the request is gone; and for a while all is there twice, once encrypted.
        held.shrink_to(bytes.len() + beside);
        held.grow(bytes.len())?;
        let upload = self
            .0
            .client
            .upload(bytes, file.media_type(), UploadOptions::new());
        let upload = HELD.scope(held, upload);
        let deadline = &self.0.terms.deadline;
        match deadline.limit(Duration::ZERO, upload).await {
            Some(Ok(place)) => Ok(Uploaded {
                place,
                took: begun.elapsed(),
            }),
            Some(Err(_)) if !self.0.client.is_connected() => Err(Failure::Disconnected),
            Some(Err(error)) => Err(during_upload(failures::upload(error.as_ref()))),
            None => Err(during_upload(Failure::TimedOut { message_id: None })),
        }
    }

    /// Uploads what a status shows, and makes the message that says where it is. `held`: for its bytes.
    pub async fn status(
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
        let bytes = Held::new(bytes, held);
        let (bytes, preview) = preview::of(kind, bytes, self.0.room()).await?;
        let beside = caption.as_ref().map_or(0, String::len);
        let mime_type = mime_type.to_owned();
        Ok(match kind {
            Kind::Image => {
                let uploaded = self.upload(File::Image, bytes, beside).await?;
                let image = Image {
                    mime_type,
                    caption,
                    preview,
                };
                Outgoing::image(uploaded, image, Default::default(), view_once)
            }
            Kind::Video => {
                let uploaded = self.upload(File::Video, bytes, beside).await?;
                let video = Video {
                    mime_type,
                    caption,
                    preview,
                };
                Outgoing::video(uploaded, video, Default::default(), view_once)
            }
        })
    }
}

/// A failure of the upload, which has codes of its own.
pub fn during_upload(failure: Failure) -> Failure {
    Failure::During(UPLOAD, Box::new(failure))
}
