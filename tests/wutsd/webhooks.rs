//! Webhooks: what happens to a device is told to a URL of its owner's choice.

mod configuration;
mod delivery;

use serde_json::{Value, json};

use crate::support::{LOCAL, Receiver, User, World};

/// A user with a connected device, the number of its account, and somebody who writes to it.
struct Scene {
    world: World,
    user: User,
    phone: String,
    friend: String,
}

impl Scene {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(settings: &[(&str, &str)]) -> Self {
        let settings = [&LOCAL[..], settings].concat();
        let world = World::start_with(&settings).await;
        let (user, phone) = world.paired_user().await;
        let friend = world.control.account("Ada").await;
        Self {
            world,
            user,
            phone,
            friend,
        }
    }

    /// Lets inbound messages go to this receiver, and nothing else.
    async fn listen(&self, receiver: &Receiver) {
        self.configure(receiver, json!({})).await;
    }

    async fn configure(&self, receiver: &Receiver, change: Value) -> Value {
        configure(&self.user, receiver, change).await
    }

    /// Somebody writes this to the device's account.
    async fn write(&self, text: &str) -> Value {
        let control = &self.world.control;
        control.send_text(&self.friend, &self.phone, text).await
    }
}

async fn configure(user: &User, receiver: &Receiver, change: Value) -> Value {
    let mut body = json!({
        "webhook_url": receiver.url(),
        "enabled_events": ["message.received"],
    });
    for (key, value) in change.as_object().expect("an object") {
        body[key] = value.clone();
    }
    user.api.post("/webhook", body).await.expect(200)
}
