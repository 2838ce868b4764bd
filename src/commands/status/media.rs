//! POST /status/media — an image or a video as a status, given in base64 or by URL.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audience::{OnceAudience, Readers};
use super::{OPERATION, Posted, PostedOrUnderWay, of_upload};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::media::source::{Place, Source};
use crate::media::{Kind, Media};

/// What to publish.
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
    /// `image` or `video`: what it must be; absent: what `mime_type` says, or either.
    pub media_type: Option<MediaType>,
    /// What the caller takes it for. What the contacts get is announced as what its bytes are.
    pub mime_type: Option<String>,
    /// Base64, also as a data URL. Either this or `url`.
    pub data: Option<String>,
    /// Where to fetch it.
    pub url: Option<String>,
    /// Below it.
    pub caption: Option<String>,
    /// Whoever has seen it cannot see it again; absent: no.
    pub view_once: Option<bool>,
    /// Who is told that they are mentioned, and gets it whatever the privacy says: numbers or JIDs, at most 5.
    #[schema(value_type = Option<Vec<String>>, max_items = 5)]
    pub mentions: Option<Vec<Person>>,
    /// To whom it goes this once; absent: to everyone whom the status privacy admits.
    #[schema(value_type = Option<super::audience::Given>)]
    pub audience: Option<OnceAudience>,
}

/// What is shown.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    Image,
    Video,
}

/// A status with media.
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
    pub posted: Posted,
    mime_type: &'static str,
}

impl From<PostedMedia> for Posted {
    fn from(media: PostedMedia) -> Self {
        media.posted
    }
}

/// An image or a video that is to be posted.
pub struct PostMedia {
    given: Given,
    wanted: Option<Kind>,
    caption: Option<String>,
    view_once: bool,
    readers: Readers,
}

enum Given {
    Here(Media),
    There(Source),
}

impl Input for PostStatusMedia {
    type Command = PostMedia;

    fn check(self) -> Result<PostMedia, Invalid> {
        let told = self.mime_type.as_deref().and_then(Kind::of);
        let wanted = self.media_type.map(Kind::from).or(told);
        let source = Source::one_of(("data", self.data), ("url", self.url))?;
        let given = match source.place {
            Place::Here(bytes) => Given::Here(Media::new(wanted, None, bytes)?),
            Place::Url(_) => Given::There(source),
        };
        Ok(PostMedia {
            given,
            wanted,
            caption: self.caption,
            view_once: self.view_once.unwrap_or(false),
            readers: Readers::check(self.audience, self.mentions)?,
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
    type Reply = PostedOrUnderWay<PostedMedia>;
    const SUMMARY: &'static str = "Posts an image or a video as a status";
    const OPERATION: Operation = OPERATION;
    const SENDS: bool = true;
    const LARGE: bool = true;

    fn refusals() -> Vec<Failure> {
        of_upload()
    }

    fn going_on(&self, message_id: &str) -> Option<Self::Reply> {
        let here = match &self.given {
            Given::Here(media) => Some(media.kind),
            Given::There(_) => None,
        };
        let kind = here.or(self.wanted).map(Into::into);
        PostedOrUnderWay::going_on(message_id, kind)
    }

    async fn run(self, session: Session) -> Result<Self::Reply, Failure> {
        let (media, held) = match self.given {
            Given::Here(media) => {
                session.media().admit("data", media.bytes.len())?;
                (media, session.held().clone())
            }
            Given::There(source) => {
                let video = self.wanted != Some(Kind::Image);
                let found = session.media().fetch(source, video).await?;
                let served = found.content_type.as_deref();
                let (bytes, held) = found.bytes.into_parts();
                (Media::new(self.wanted, served, bytes)?, held)
            }
        };
        let (kind, mime_type) = (media.kind, media.mime_type);
        // Asked before the upload: nothing is uploaded for an audience that cannot be known.
        let (audience, mentioned) = self.readers.find(&session).await?;
        let message = session
            .media()
            .status(media, held, self.caption, self.view_once)
            .await?;
        let message = message.mentioning(&mentioned);
        // In the order in which files are there: nobody waits for another's.
        let status = session.status();
        let posting = status.post(status.ask(), audience, message).await?;
        let posted = |posted| PostedMedia { posted, mime_type };
        Ok(PostedOrUnderWay::new(posting, kind.into(), posted))
    }
}
