//! Webhooks: what happens to a device is told to a URL of its owner's choice.

mod catalog;
mod configuration;
mod dead_letters;
mod delivery;
mod events;
mod happenings;
mod kinds;
mod lifecycle;
mod list;
mod pending;
mod purge;
mod receipts;
mod replay;
mod signatures;
mod test;

use serde_json::{Value, json};

use crate::support::receiver::Received;
use crate::support::{Api, LOCAL, Receiver, User, World, until, until_ok};

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

    /// The same when nobody is to be told of it: waits until the device has acknowledged the message.
    async fn write_to_a_deaf_device(&self, text: &str) {
        self.write(text).await;
        until("an acknowledgement", async || {
            (self.world.control.queued(&self.phone).await == 0).then_some(())
        })
        .await;
    }

    /// Starts the daemon again, wherever it was.
    async fn restart(&mut self) {
        self.world.restart("KILL").await;
        self.user.api = self.world.again(&self.user);
        self.user.api.wait_for_phase("connected").await;
    }

    async fn dead_letters(&self) -> Vec<Value> {
        deliveries(&self.user.api, "dead").await
    }

    async fn wait_for_dead_letter(&self) -> Value {
        self.wait_for_dead_letters(1).await.remove(0)
    }

    async fn wait_for_dead_letters(&self, count: usize) -> Vec<Value> {
        self.wait_for_deliveries("dead", |letters| letters.len() >= count)
            .await
    }

    async fn wait_for_dead_letters_below(&self, count: usize) -> Vec<Value> {
        self.wait_for_deliveries("dead", |letters| letters.len() < count)
            .await
    }

    /// Waits until so many events wait for delivery.
    async fn wait_until_waiting(&self, count: usize) {
        self.wait_for_deliveries("waiting", |waiting| waiting.len() == count)
            .await;
    }

    /// Waits until this is true of the oldest event that waits for delivery.
    async fn wait_for_delivery(&self, fact: impl Fn(&Value) -> bool) {
        self.wait_for_deliveries("waiting", |waiting| waiting.first().is_some_and(&fact))
            .await;
    }

    /// Waits until this is true of all events in one state.
    async fn wait_for_deliveries(
        &self,
        state: &str,
        fact: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        until_ok(&format!("such events, {state}"), async || {
            let found = deliveries(&self.user.api, state).await;
            let right = fact(&found);
            if right { Ok(found) } else { Err(json!(found)) }
        })
        .await
    }

    async fn wait_for_webhook(&self, fact: impl Fn(&Value) -> bool) {
        let api = &self.user.api;
        until("a webhook", async || {
            let shown = api.get("/webhook").await.expect(200);
            fact(&shown["webhook"]).then_some(())
        })
        .await;
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

async fn deliveries(api: &Api, state: &str) -> Vec<Value> {
    let path = format!("/webhook/deliveries?state={state}&limit=500");
    let answer = api.get(&path).await.expect(200);
    answer["deliveries"].as_array().expect("deliveries").clone()
}

/// What is told of an event about this message.
async fn told_of(receiver: &Receiver, event: &str, id: &Value) -> Value {
    let is_it = |one: &Received| {
        let data = &one.body["data"];
        let listed = data["message_ids"].as_array();
        let named = data["message_id"] == *id || listed.is_some_and(|ids| ids.contains(id));
        one.event() == event && named
    };
    let all = receiver
        .until(&format!("{event} {id}"), |all| all.iter().any(is_it))
        .await;
    let found = all.into_iter().rev().find(is_it).expect("it was there");
    found.body["data"].clone()
}
