//! POST /status/media — an image or a video as a status, given in base64 or by URL.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Posted;
use crate::commands::Command;
use crate::device::session::Session;
use crate::device::session::media::during_upload;
use crate::failure::{Failure, Invalid};
use crate::media::{self, Kind, Media};
use crate::operation::{Envelope, Operation};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    example = json!({
        "media_type": "image",
        "mime_type": "image/jpeg",
        "url": "https://cdn.example.com/promos/today.jpg",
        "caption": "Flash sale ends tonight!",
        "view_once": false
    })
)]
pub struct PostMedia {
    /// `image` or `video`; otherwise what `mime_type` or the bytes say.
    #[serde(default)]
    pub media_type: Option<MediaType>,
    #[serde(default)]
    pub mime_type: Option<String>,
    /// Base64. Either this or `url`.
    #[serde(default)]
    pub data: Option<String>,
    /// Where to fetch it.
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub caption: Option<String>,
    #[serde(default)]
    pub view_once: bool,
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

impl PostMedia {
    fn source(&self) -> Result<Source<'_>, Invalid> {
        match (&self.data, &self.url) {
            (Some(data), None) => Ok(Source::Data(data)),
            (None, Some(url)) => Ok(Source::Url(url)),
            (None, None) => Err(Invalid::media("either data or url must be provided")),
            (Some(_), Some(_)) => Err(Invalid::media("only one of data and url may be provided")),
        }
    }

    async fn media(&self, session: &Session) -> Result<Media, Failure> {
        let bytes = match self.source()? {
            Source::Data(data) => {
                media::decode("data", data).map_err(|wrong| Invalid::media(wrong.message))?
            }
            Source::Url(url) => session.media().download(url).await?,
        };
        let wanted = self.media_type.map(|wanted| match wanted {
            MediaType::Image => Kind::Image,
            MediaType::Video => Kind::Video,
        });
        Ok(Media::new(wanted, self.mime_type.clone(), bytes)?)
    }
}

enum Source<'a> {
    Data(&'a str),
    Url(&'a str),
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
            Invalid::media("either data or url must be provided").into(),
            during_upload(Failure::Refused(String::new())),
            during_upload(timed_out),
        ]
    }

    fn validate(&self) -> Result<(), Invalid> {
        self.source().map(drop)
    }

    async fn run(self, session: Session) -> Result<PostedMedia, Failure> {
        let media = self.media(&session).await?;
        let (kind, mime_type) = (media.kind, media.mime_type.clone());
        // Asked before the upload: nothing is uploaded for an audience that cannot be known.
        let audience = session.status().audience().await?;
        let message = session
            .media()
            .upload(media, self.caption, self.view_once)
            .await?;
        let ack = session.status().post(audience, message).await?;
        Ok(PostedMedia {
            posted: Posted::new(ack, kind.name()),
            mime_type,
        })
    }
}
