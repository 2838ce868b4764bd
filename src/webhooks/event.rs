//! An event as receivers see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::catalog::EventName;
use crate::ids::{DeviceId, UserId};
use crate::store::webhooks::Owner;

/// Something that has happened to a device.
pub struct Event {
    pub id: Uuid,
    pub name: EventName,
    pub at: DateTime<Utc>,
    pub data: Value,
}

/// The documented shape; the signature is added when it is sent, because secrets change.
#[derive(Serialize)]
struct Envelope<'a> {
    id: Uuid,
    event: &'static str,
    /// Unix seconds.
    timestamp: i64,
    device_id: DeviceId,
    user_id: UserId,
    data: &'a Value,
}

impl Event {
    pub fn new(name: EventName, data: Value) -> Self {
        Self {
            id: Uuid::new_v4(),
            name,
            at: Utc::now(),
            data,
        }
    }

    /// One that may be told twice, and is the same event then: `parts` are what makes it the same.
    pub fn repeatable(name: EventName, device: DeviceId, parts: &[&str], data: Value) -> Self {
        let parts = [&[name.text()], parts].concat().join("\0");
        Self {
            id: Uuid::new_v5(&device.0, parts.as_bytes()),
            ..Self::new(name, data)
        }
    }

    /// The body without a signature.
    pub fn body(&self, owner: &Owner) -> Vec<u8> {
        let envelope = Envelope {
            id: self.id,
            event: self.name.text(),
            timestamp: self.at.timestamp(),
            device_id: owner.device,
            user_id: owner.user,
            data: &self.data,
        };
        serde_json::to_vec(&envelope).expect("a JSON value with text keys can be written")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::TenantId;

    #[test]
    fn the_envelope_has_the_documented_fields() {
        let owner = Owner {
            device: DeviceId::random(),
            tenant: TenantId::random(),
            user: UserId::random(),
        };
        let event = Event::new(EventName::MessageReceived, json!({ "content": "hello" }));
        let body: Value = serde_json::from_slice(&event.body(&owner)).unwrap();
        let expected = json!({
            "id": event.id.to_string(),
            "event": "message.received",
            "timestamp": event.at.timestamp(),
            "device_id": owner.device.to_string(),
            "user_id": owner.user.to_string(),
            "data": { "content": "hello" },
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn the_same_message_is_the_same_event_and_another_devices_is_not() {
        let (one, two) = (DeviceId::random(), DeviceId::random());
        let id = |device, parts: &[&str]| {
            Event::repeatable(EventName::MessageReceived, device, parts, Value::Null).id
        };
        assert_eq!(id(one, &["a", "b"]), id(one, &["a", "b"]));
        assert_ne!(id(one, &["a", "b"]), id(two, &["a", "b"]));
        assert_ne!(id(one, &["a", "b"]), id(one, &["ab"]));
    }
}
