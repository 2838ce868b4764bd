//! POST /send/location — a place.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentTo, by_to, send};
use crate::commands::Command;
use crate::contract::degrees::{Latitude, Longitude};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::location::{Label, Place};
use crate::failure::Failure;
use crate::jid::Chat;

/// Which place to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "latitude": -23.5614,
        "longitude": -46.6559,
        "name": "MASP",
        "address": "Av. Paulista, 1578"
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
    name: Option<String>,
    address: Option<String>,
    /// Shown with a name only.
    url: Option<String>,
    comment: Option<String>,
}

impl Command for SendLocation {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Sends a place";
    const OPERATION: Operation = by_to("send_location", "Failed to send location");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let place = Place {
            latitude: self.latitude.into(),
            longitude: self.longitude.into(),
        };
        let label = Label {
            name: self.name,
            address: self.address,
            url: self.url,
            comment: self.comment,
        };
        let message = Outgoing::location(place, label);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentTo::new(ack, "Location sent successfully"))
    }
}
