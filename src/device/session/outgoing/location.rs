//! Places.

use wa::message::{LiveLocationMessage, LocationMessage};
use waproto::whatsapp as wa;

use super::Outgoing;

/// A place on earth, in degrees.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
}

/// What is shown of a place.
#[derive(Clone, Debug, Default)]
pub struct Label {
    pub name: Option<String>,
    pub address: Option<String>,
    pub url: Option<String>,
    pub comment: Option<String>,
}

/// One point of a way.
#[derive(Clone, Debug, Default)]
pub struct Movement {
    /// How far off it may be, in metres.
    pub accuracy: Option<u32>,
    /// Metres a second.
    pub speed: Option<f32>,
    /// Degrees clockwise from magnetic north.
    pub heading: Option<u32>,
    pub caption: Option<String>,
    /// Points with a higher number come later.
    pub sequence: Option<i64>,
    /// Seconds since the sharing began.
    pub time_offset: Option<u32>,
}

impl Outgoing {
    /// A place that stays where it is. `thumbnail`: a JPEG that is shown of it.
    pub fn location(place: Place, label: Label, thumbnail: Option<Vec<u8>>) -> Self {
        let content = LocationMessage {
            degrees_latitude: Some(place.latitude),
            degrees_longitude: Some(place.longitude),
            name: label.name,
            address: label.address,
            url: label.url,
            comment: label.comment,
            jpeg_thumbnail: thumbnail,
            ..Default::default()
        };
        Self(wa::Message {
            location_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }

    /// Where somebody is at this moment.
    pub fn live_location(place: Place, movement: Movement) -> Self {
        let content = LiveLocationMessage {
            degrees_latitude: Some(place.latitude),
            degrees_longitude: Some(place.longitude),
            accuracy_in_meters: movement.accuracy,
            speed_in_mps: movement.speed,
            degrees_clockwise_from_magnetic_north: movement.heading,
            caption: movement.caption,
            sequence_number: movement.sequence,
            time_offset: movement.time_offset,
            ..Default::default()
        };
        Self(wa::Message {
            live_location_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }
}
