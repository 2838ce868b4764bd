//! The picture of a message that is more than a picture: given in base64 or by URL.

use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::media::{Kind, Media, encoded};

/// Where a picture comes from.
pub enum Picture {
    Here(Media),
    Url(String),
}

impl Picture {
    /// Either `data`, or what is behind `url`, or none: each with the field that it stands in.
    pub fn either(
        (field, data): (&str, Option<String>),
        (url_field, url): (&str, Option<String>),
    ) -> Result<Option<Self>, Invalid> {
        match (data, url) {
            (None, None) => Ok(None),
            (None, Some(url)) => Ok(Some(Self::Url(url))),
            (Some(data), None) => {
                let bytes = encoded::decode(field, data)?;
                let media = Media::new(Some(Kind::Image), None, bytes);
                let media = media.map_err(|wrong| Invalid {
                    field: Some(field.to_owned()),
                    ..wrong
                })?;
                Ok(Some(Self::Here(media)))
            }
            (Some(_), Some(_)) => {
                let problem = format!("only one of {field} and {url_field} may be provided");
                Err(Invalid::field(field, problem))
            }
        }
    }

    /// Fetches and uploads it.
    pub async fn upload(self, session: &Session) -> Result<Outgoing, Failure> {
        let (media, held) = match self {
            Self::Here(media) => (media, session.held().clone()),
            Self::Url(url) => {
                let found = session.media().download(&url).await?;
                let served = found.content_type.as_deref();
                let (bytes, held) = found.bytes.into_parts();
                (Media::new(Some(Kind::Image), served, bytes)?, held)
            }
        };
        session.media().upload(media, held, None, false).await
    }
}
