//! POST /send/location — a place.

use serde::Deserialize;
use utoipa::ToSchema;

use super::picture::Picture;
use super::{SentTo, by_to};
use crate::commands::{Command, Input};
use crate::contract::bounded::{PageUrl, PlaceName};
use crate::contract::degrees::{Latitude, Longitude};
use crate::contract::operation::Operation;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::location::{Label, Place};
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// Which place to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "latitude": -23.5614,
        "longitude": -46.6559,
        "name": "MASP",
        "address": "Av. Paulista, 1578",
        "thumbnail_url": "https://cdn.example.com/maps/masp.jpg"
    })
)]
pub struct SendLocation {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// Degrees, −90 to 90.
    latitude: Latitude,
    /// Degrees, −180 to 180.
    longitude: Longitude,
    name: Option<PlaceName>,
    address: Option<PlaceName>,
    /// Shown with a name only.
    url: Option<PageUrl>,
    comment: Option<Caption>,
    /// A JPEG, PNG or WebP in base64, such as a map, that is shown of it. Either this or `thumbnail_url`, or none.
    thumbnail: Option<String>,
    /// Where to fetch what is shown of it.
    thumbnail_url: Option<String>,
}

/// Sends this place.
pub struct SendPlace {
    to: Chat,
    place: Place,
    label: Label,
    thumbnail: Option<Picture>,
}

impl Input for SendLocation {
    type Command = SendPlace;

    fn check(self) -> Result<SendPlace, Invalid> {
        let thumbnail = ("thumbnail", self.thumbnail);
        Ok(SendPlace {
            to: self.to,
            place: Place {
                latitude: self.latitude.into(),
                longitude: self.longitude.into(),
            },
            label: Label {
                name: self.name.map(String::from),
                address: self.address.map(String::from),
                url: self.url.map(String::from),
                comment: self.comment.map(String::from),
            },
            thumbnail: Picture::either(thumbnail, ("thumbnail_url", self.thumbnail_url))?,
        })
    }
}

impl Command for SendPlace {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Sends a place";
    const OPERATION: Operation = by_to("send_location", "Failed to send location");
    const LARGE: bool = true;
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let chat = session.messages().open("to", &self.to).await?;
        let thumbnail = match self.thumbnail {
            Some(picture) => Some(picture.thumbnail(&session).await?),
            None => None,
        };
        let message = Outgoing::location(self.place, self.label, thumbnail);
        let ack = chat.send(message).await?;
        Ok(SentTo::new(ack, "Location sent successfully"))
    }
}
