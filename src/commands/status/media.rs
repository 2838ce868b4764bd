//! POST /status/media — an image or a video as a status, given in base64 or by URL.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Posted;
use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::media::during_upload;
use crate::failure::{Failure, Invalid};
use crate::media::{self, Kind, Media};

#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "media_type": "image",
        "mime_type": "image/jpeg",
        "url": "https://cdn.example.com/promos/today.jpg",
        "caption": "Flash sale ends tonight!",
        "view_once": false
    })
)]
pub struct PostStatusMedia {
    /// `image` or `video`; otherwise what `mime_type` or the bytes say.
    pub media_type: Option<MediaType>,
    pub mime_type: Option<String>,
    /// Base64. Either this or `url`.
    pub data: Option<String>,
    /// Where to fetch it.
    pub url: Option<String>,
    pub caption: Option<String>,
    pub view_once: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    Image,
    Video,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    example = json!({
        "message_id": "3EB0C431D17A2B6E9F0C",
        "timestamp": "2026-06-15T14:35:11-03:00",
        "status_type": "image",
        "mime_type": "image/jpeg"
    })
)]
pub struct PostedMedia {
    #[serde(flatten)]
    posted: Posted,
    mime_type: String,
}

/// An image or a video that is to be posted.
pub struct PostMedia {
    source: Source,
    kind: Option<Kind>,
    mime_type: Option<String>,
    caption: Option<String>,
    view_once: bool,
}

enum Source {
    Here(Media),
    Url(String),
}

impl Input for PostStatusMedia {
    type Command = PostMedia;

    fn check(self) -> Result<PostMedia, Invalid> {
        let kind = self.media_type.map(Kind::from);
        let source = match (self.data, self.url) {
            (Some(data), None) => {
                let bytes = media::decode("data", &data);
                let bytes = bytes.map_err(|wrong| Invalid::media(wrong.message))?;
                Source::Here(Media::new(kind, self.mime_type.clone(), bytes)?)
            }
            (None, Some(url)) => Source::Url(url),
            (None, None) => return Err(Invalid::media("either data or url must be provided")),
            (Some(_), Some(_)) => {
                return Err(Invalid::media("only one of data and url may be provided"));
            }
        };
        Ok(PostMedia {
            source,
            kind,
            mime_type: self.mime_type,
            caption: self.caption,
            view_once: self.view_once.unwrap_or(false),
        })
    }
}

impl From<MediaType> for Kind {
    fn from(wanted: MediaType) -> Self {
        match wanted {
            MediaType::Image => Self::Image,
            MediaType::Video => Self::Video,
        }
    }
}

impl Command for PostMedia {
    type Reply = PostedMedia;
    const SUMMARY: &'static str = "Posts an image or a video as a status";
    const OPERATION: Operation =
        Operation::new("status", Envelope::Object).failing_with("failed to send status broadcast");
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        let timed_out = Failure::TimedOut { message_id: None };
        vec![
            during_upload(Failure::Refused(String::new())),
            during_upload(timed_out),
        ]
    }

    async fn run(self, session: Session) -> Result<PostedMedia, Failure> {
        let media = match self.source {
            Source::Here(media) => media,
            Source::Url(url) => {
                let bytes = session.media().download(&url).await?;
                Media::new(self.kind, self.mime_type, bytes)?
            }
        };
        let (kind, mime_type) = (media.kind, media.mime_type.clone());
        // Asked before the upload: nothing is uploaded for an audience that cannot be known.
        let audience = session.status().audience().await?;
        let message = session
            .media()
            .upload(media, self.caption, self.view_once)
            .await?;
        let ack = session.status().post(audience, message).await?;
        Ok(PostedMedia {
            posted: Posted::new(ack, kind.into()),
            mime_type,
        })
    }
}
