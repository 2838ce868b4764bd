//! POST /newsletters/{jid}/media — a picture, a video or a file to all who follow a newsletter.

use serde::Deserialize;
use utoipa::ToSchema;

use super::SentPost;
use crate::commands::{Command, Input};
use crate::contract::file::{FileName, MimeType};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::media::{Found, during_upload};
use crate::device::session::newsletters::upload::File;
use crate::device::session::newsletters::{NO_ADMIN, NOT_FOUND};
use crate::device::session::outgoing::media::{Document, Image, Video};
use crate::failure::{Failure, Invalid};
use crate::jid::NewsletterJid;
use crate::media::source::Source;
use crate::media::{Kind, Media, document, preview};
use crate::memory::Held;

/// Bytes of one file, as the contract has it.
const LARGEST: usize = 32 * 1024 * 1024;

/// What to post, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "media_type": "image",
        "media_url": "https://cdn.example.com/promos/today.jpg",
        "caption": "Today only",
        "mime_type": "image/jpeg"
    })
)]
pub struct SendNewsletterMedia {
    /// The newsletter's JID.
    #[schema(value_type = String, example = "120363021234567890@newsletter")]
    jid: NewsletterJid,
    /// What it is shown as.
    media_type: MediaType,
    /// The file in base64, also as a data URL, at most 32 MiB. Either this or `media_url`.
    media: Option<String>,
    /// Where to fetch it.
    media_url: Option<String>,
    /// Below it.
    caption: Option<Caption>,
    /// Of a document; absent: what its bytes say. Of pictures and videos the bytes decide.
    mime_type: Option<MimeType>,
    /// What a document is called; absent: `document`, with the ending of its kind.
    file_name: Option<FileName>,
}

/// What a file is shown as.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = NewsletterMediaType)]
pub enum MediaType {
    Image,
    Video,
    Document,
}

impl MediaType {
    fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

/// A file that is to be posted.
pub struct PostFile {
    newsletter: NewsletterJid,
    media_type: MediaType,
    source: Source,
    caption: Option<String>,
    mime_type: Option<String>,
    file_name: Option<String>,
}

impl Input for SendNewsletterMedia {
    type Command = PostFile;

    fn check(self) -> Result<PostFile, Invalid> {
        let source = Source::one_of(("media", self.media), ("media_url", self.media_url))?;
        let caption = self.caption.map(String::from);
        Ok(PostFile {
            newsletter: self.jid,
            media_type: self.media_type,
            source,
            caption: caption.filter(|caption| !caption.is_empty()),
            mime_type: self.mime_type.map(String::from),
            file_name: self.file_name.map(String::from),
        })
    }
}

impl Command for PostFile {
    type Reply = SentPost;
    const SUMMARY: &'static str =
        "Posts a picture, a video or a document in a newsletter that the account leads";
    const OPERATION: Operation = Operation::new("newsletter", Envelope::Flat)
        .failing_with("failed to send newsletter media");
    const PARAMS: &'static [Param] = &[Param::path("jid")];
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        let timed_out = Failure::TimedOut { message_id: None };
        vec![
            NOT_FOUND,
            NO_ADMIN,
            during_upload(Failure::Refused(String::new())),
            during_upload(timed_out),
        ]
    }

    async fn run(self, session: Session) -> Result<SentPost, Failure> {
        let newsletters = session.newsletters();
        let place = newsletters.stand(&self.newsletter)?;
        // Asked before the upload: nothing is uploaded for what cannot be posted in.
        newsletters.led(&self.newsletter).await?;
        let (newsletter, media_type) = (self.newsletter.clone(), self.media_type);
        let (bytes, file) = self.prepared(&session).await?;
        let post = newsletters.upload(bytes, file).await?;
        let posted = newsletters.post(&newsletter, place, post).await?;
        let name = media_type.name();
        Ok(SentPost::new(posted, newsletter.to_string(), name))
    }
}

impl PostFile {
    /// Fetches the file, and looks at it: phones have to be able to show it as what it is posted as.
    async fn prepared(self, session: &Session) -> Result<(Held<Vec<u8>>, File), Failure> {
        let video = self.media_type != MediaType::Image;
        let found = session.media().fetch(self.source, video).await?;
        let field = found.field;
        if found.bytes.len() > LARGEST {
            let wrong = format!("{field} must not be larger than {LARGEST} bytes");
            return Err(Invalid::media(wrong).at(field).into());
        }
        let caption = self.caption;
        match self.media_type {
            MediaType::Image => {
                let picture = shown(Kind::Image, found)?;
                let (picture, preview) = preview::as_jpeg(picture, session.room())
                    .await
                    .map_err(|failure| failure.at(field))?;
                let image = Image {
                    mime_type: crate::media::mime_type(&picture).to_owned(),
                    caption,
                    preview,
                };
                Ok((picture, File::Image(image)))
            }
            MediaType::Video => {
                let video = shown(Kind::Video, found)?;
                let mime_type = crate::media::mime_type(&video).to_owned();
                let (video, preview) = preview::of(Kind::Video, video, session.room()).await?;
                let file = Video {
                    mime_type,
                    caption,
                    preview,
                };
                Ok((video, File::Video(file)))
            }
            MediaType::Document => {
                let bytes = found.bytes;
                if bytes.is_empty() {
                    let wrong = format!("{field} is empty");
                    return Err(Invalid::media(wrong).at(field).into());
                }
                let served = found.content_type.as_deref().and_then(MimeType::parse);
                let served = served.map(String::from);
                let mime_type = self.mime_type;
                let document = Document {
                    mime_type: mime_type
                        .unwrap_or_else(|| document::mime_type(&bytes, served.as_deref())),
                    file_name: self.file_name.unwrap_or_else(|| document::name(&bytes)),
                    caption,
                    thumbnail: None,
                };
                Ok((bytes, File::Document(document)))
            }
        }
    }
}

/// The bytes, if they are of this kind.
fn shown(kind: Kind, found: Found) -> Result<Held<Vec<u8>>, Failure> {
    let (field, served) = (found.field, found.content_type.as_deref());
    let bytes = found.bytes.try_map(|bytes| {
        let media = Media::new(Some(kind), served, bytes);
        media.map(|media| media.bytes)
    });
    Ok(bytes.map_err(|wrong| wrong.at(field))?)
}
