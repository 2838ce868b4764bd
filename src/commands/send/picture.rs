//! A picture that is sent: as a message, or in one that is more than a picture.

use crate::device::session::Session;
use crate::device::session::media::{File, Found};
use crate::device::session::messages::context::References;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Image;
use crate::failure::{Failure, Invalid};
use crate::media::preview::Preview;
use crate::media::source::Source;
use crate::media::{Kind, Media, mime_type, preview};
use crate::memory::Held;

/// Where a picture comes from.
pub struct Picture(Source);

impl Picture {
    /// Either `data`, or what is behind `url`, or none: each with the field that it stands in.
    pub fn either(
        data: (&'static str, Option<String>),
        url: (&'static str, Option<String>),
    ) -> Result<Option<Self>, Invalid> {
        match (&data.1, &url.1) {
            (None, None) => Ok(None),
            _ => Source::one_of(data, url).map(|source| Some(Self(source))),
        }
    }

    /// Fetches it, and draws a small one: what is shown of something else.
    pub async fn thumbnail(self, session: &Session) -> Result<Vec<u8>, Failure> {
        let found = session.media().fetch(self.0, false).await?;
        preview::thumbnail(found.field, found.bytes, session.room()).await
    }

    /// Fetches and uploads it.
    pub async fn upload(self, session: &Session) -> Result<Outgoing, Failure> {
        let found = session.media().fetch(self.0, false).await?;
        let (picture, preview) = shown(session, found).await?;
        let mime_type = mime_type(&picture).to_owned();
        let uploaded = session.media().upload(File::Image, picture, 0).await?;
        let image = Image {
            mime_type,
            caption: None,
            preview,
        };
        Ok(Outgoing::image(
            uploaded,
            image,
            References::default(),
            false,
        ))
    }
}

/// As phones show it, which is JPEG, with what they show before they have fetched it.
pub async fn shown(session: &Session, found: Found) -> Result<(Held<Vec<u8>>, Preview), Failure> {
    let (field, served) = (found.field, found.content_type.as_deref());
    let picture = found.bytes.try_map(|bytes| {
        let media = Media::new(Some(Kind::Image), served, bytes);
        media.map(|media| media.bytes)
    });
    let picture = picture.map_err(|wrong| wrong.at(field))?;
    let shown = preview::as_jpeg(picture, session.room()).await;
    shown.map_err(|failure| failure.at(field))
}
