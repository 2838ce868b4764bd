//! The page to which a text status leads.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::commands::send::picture::Picture;
use crate::contract::bounded::{Filled, UpTo};
use crate::device::session::Session;
use crate::device::session::outgoing::status::Preview;
use crate::failure::{Failure, Invalid};

/// What phones show of a page to which the text leads. Nothing of it is fetched from there: the request says it all.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    as = StatusLinkPreview,
    example = json!({"url": "https://example.com", "title": "Our shop", "description": "Open on Sundays"})
)]
pub struct LinkPreview {
    /// As it stands in the text.
    url: Filled<2000>,
    title: Filled<300>,
    description: Option<UpTo<1000>>,
    /// A JPEG, PNG or WebP in base64 that is shown of it. Either this or `thumbnail_url`, or none.
    thumbnail: Option<String>,
    /// Where to fetch what is shown of it.
    thumbnail_url: Option<String>,
}

/// The same, checked.
pub struct Link {
    url: String,
    title: String,
    description: Option<String>,
    thumbnail: Option<Picture>,
}

impl LinkPreview {
    /// Of this text.
    pub(super) fn of(self, text: &str) -> Result<Link, Invalid> {
        let url = String::from(self.url);
        if !text.contains(&url) {
            let problem = "link_preview.url must stand in the text as it is";
            return Err(Invalid::field("link_preview.url", problem));
        }
        let thumbnail = Picture::either(
            ("link_preview.thumbnail", self.thumbnail),
            ("link_preview.thumbnail_url", self.thumbnail_url),
        )?;
        Ok(Link {
            url,
            title: self.title.into(),
            description: self.description.map(String::from),
            thumbnail,
        })
    }
}

impl Link {
    /// Fetches what is shown of the page.
    pub(super) async fn preview(self, session: &Session) -> Result<Preview, Failure> {
        Ok(Preview {
            thumbnail: match self.thumbnail {
                Some(picture) => Some(picture.thumbnail(session).await?),
                None => None,
            },
            url: self.url,
            title: self.title,
            description: self.description,
        })
    }
}
