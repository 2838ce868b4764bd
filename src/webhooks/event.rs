//! An event as receivers see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalog::EventName;
use crate::ids::{DeviceId, UserId};
use crate::store::webhooks::Owner;

/// What one kind of event tells: its `data`, by a name of the catalog.
///
/// One type per name, so that a name has one documented shape; what it has in several shapes is an enum.
pub trait Told: Serialize + ToSchema {
    /// What the event is called.
    const NAME: EventName;
}

/// Something that has happened to a device.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same whenever the same event is told.
    pub id: Uuid,
    /// What it is called.
    pub name: EventName,
    /// When it was noticed.
    pub at: DateTime<Utc>,
    /// What it tells.
    pub data: Value,
}

/// What every delivery has. With a secret, a `signature` is added when it is sent, because secrets change.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct Envelope<'a> {
    /// The same at every attempt, and the header `webhook-id` too.
    id: Uuid,
    /// What the event is called.
    event: &'static str,
    /// When it happened, in Unix seconds.
    timestamp: i64,
    /// Whom it happened to.
    #[schema(value_type = Uuid)]
    device_id: DeviceId,
    /// Whose device that is.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// What it tells.
    data: &'a Value,
}

impl Event {
    /// One that happens now.
    pub fn of<T: Told>(told: &T) -> Self {
        Self {
            id: Uuid::new_v4(),
            name: T::NAME,
            at: Utc::now(),
            data: serde_json::to_value(told).expect("structs of texts and numbers are JSON"),
        }
    }

    /// One that may be told twice, and is the same event then: `parts` are what makes it the same.
    pub fn repeatable<T: Told>(told: &T, device: DeviceId, parts: &[&str]) -> Self {
        let parts = [&[T::NAME.text()], parts].concat().join("\0");
        Self {
            id: Uuid::new_v5(&device.0, parts.as_bytes()),
            ..Self::of(told)
        }
    }

    /// The body without a signature.
    pub fn body(&self, owner: &Owner) -> Vec<u8> {
        Envelope {
            id: self.id,
            event: self.name.text(),
            timestamp: self.at.timestamp(),
            device_id: owner.device,
            user_id: owner.user,
            data: &self.data,
        }
        .written()
    }
}

impl Envelope<'_> {
    fn written(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a JSON value with text keys can be written")
    }
}

/// What a webhook is sent when somebody wants to see whether anything arrives. It is nothing that happens, and so no name of
/// the catalog.
pub const TEST: &str = "webhook.test";

/// Its body, without a signature.
pub fn test_body(id: Uuid, owner: &Owner) -> Vec<u8> {
    let data = serde_json::json!({ "message": "somebody wants to see whether this arrives" });
    Envelope {
        id,
        event: TEST,
        timestamp: Utc::now().timestamp(),
        device_id: owner.device,
        user_id: owner.user,
        data: &data,
    }
    .written()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;

    #[derive(Serialize, ToSchema)]
    struct Hello {
        content: &'static str,
        about: Option<u8>,
    }

    impl Told for Hello {
        const NAME: EventName = EventName::MessageReceived;
    }

    const HELLO: Hello = Hello {
        content: "hello",
        about: None,
    };

    #[test]
    fn the_envelope_has_the_documented_fields_in_their_order() {
        let owner = Owner {
            device: DeviceId::random(),
            tenant: TenantId::random(),
            user: UserId::random(),
        };
        let event = Event::of(&HELLO);
        let body = String::from_utf8(event.body(&owner)).expect("text");
        let (id, at) = (event.id, event.at.timestamp());
        let (device, user) = (owner.device, owner.user);
        let data = r#"{"content":"hello","about":null}"#;
        assert_eq!(
            body,
            format!(
                r#"{{"id":"{id}","event":"message.received","timestamp":{at},"device_id":"{device}","user_id":"{user}","data":{data}}}"#
            )
        );
    }

    #[test]
    fn the_same_message_is_the_same_event_and_another_devices_is_not() {
        let (one, two) = (DeviceId::random(), DeviceId::random());
        let id = |device, parts: &[&str]| Event::repeatable(&HELLO, device, parts).id;
        assert_eq!(id(one, &["a", "b"]), id(one, &["a", "b"]));
        assert_ne!(id(one, &["a", "b"]), id(two, &["a", "b"]));
        assert_ne!(id(one, &["a", "b"]), id(one, &["ab"]));
    }
}
