//! POST /send/live-location — where somebody is at this moment.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentTo, by_to, send};
use crate::commands::Command;
use crate::contract::degrees::{Heading, Latitude, Longitude};
use crate::contract::operation::Operation;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::location::{Movement, Place};
use crate::failure::Failure;
use crate::jid::Chat;

/// Where somebody is, and whom to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "latitude": -23.5614,
        "longitude": -46.6559,
        "accuracy_in_meters": 10,
        "speed_in_mps": 1.5,
        "caption": "On my way"
    })
)]
pub struct SendLiveLocation {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// Degrees, −90 to 90.
    latitude: Latitude,
    /// Degrees, −180 to 180.
    longitude: Longitude,
    accuracy_in_meters: Option<u32>,
    speed_in_mps: Option<f32>,
    /// Degrees, 0 to 360.
    degrees_clockwise_from_magnetic_north: Option<Heading>,
    caption: Option<Caption>,
    /// Points with a higher number come later.
    sequence_number: Option<i64>,
    /// Seconds since the sharing began.
    time_offset: Option<u32>,
    /// For how long it is meant to be shared: WhatsApp's message has no place for it.
    #[expect(dead_code, reason = "it is the contract's, and nobody can be told")]
    duration_in_seconds: Option<u32>,
}

impl Command for SendLiveLocation {
    type Reply = SentTo;
    const SUMMARY: &'static str =
        "Sends where somebody is at this moment: one point, which phones show as a shared place";
    const OPERATION: Operation = by_to("send_live_location", "Failed to send live location");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let place = Place {
            latitude: self.latitude.into(),
            longitude: self.longitude.into(),
        };
        let movement = Movement {
            accuracy: self.accuracy_in_meters,
            speed: self.speed_in_mps,
            heading: self.degrees_clockwise_from_magnetic_north.map(u32::from),
            caption: self.caption.map(String::from),
            sequence: self.sequence_number,
            time_offset: self.time_offset,
        };
        let message = Outgoing::live_location(place, movement);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentTo::new(ack, "Live location sent successfully"))
    }
}
