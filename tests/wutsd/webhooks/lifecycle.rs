//! What webhooks are told of a device and its connection.

use serde_json::{Value, json};

use super::{Scene, configure};
use crate::support::{LOCAL, Receiver, World};

/// A scene whose receiver is told everything.
pub(super) async fn everything() -> (Scene, Receiver) {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let catalog = scene.user.api.get("/webhook/events").await.expect(200);
    scene
        .configure(&receiver, json!({ "enabled_events": catalog["events"] }))
        .await;
    (scene, receiver)
}

async fn fault(scene: &Scene, mut fault: Value) {
    let jid = scene.world.device_jid(&scene.phone).await;
    fault["jid"] = json!(jid);
    scene.world.control.fault(fault).await;
}

#[tokio::test]
async fn a_user_who_asked_before_is_told_of_a_device_from_its_first_code_on() {
    let world = World::start_with(&LOCAL).await;
    let user = world.user().await;
    let receiver = Receiver::start().await;
    let set = json!({ "webhook_url": receiver.url() });
    user.api.post("/user/webhook", set).await.expect(200);
    let phone = world.control.account("Owner").await;
    world.pair(&user, &phone).await;
    let connected = receiver.wait_for_event("device.connected").await;
    assert!(
        connected.body["data"]["jid"]
            .as_str()
            .is_some_and(|jid| jid.starts_with(&phone))
    );
    let device = user.api.get("/devices").await.expect(200)["devices"][0].clone();
    assert_eq!(connected.body["device_id"], device["id"]);
    assert_eq!(device["webhook_url"], receiver.url());
    let code = receiver.wait_for_event("qr.generated").await;
    assert!(code.body["data"]["qr_code"].is_string());
    receiver.wait_for_event("pair.success").await;
    receiver.wait_for_event("app_state.sync_complete").await;
    let pairings = receiver.all();
    let pairings = pairings.iter().filter(|one| one.event() == "pair.success");
    assert_eq!(pairings.count(), 1);
}

#[tokio::test]
async fn a_connection_that_ends_and_comes_back_is_told_with_its_reason() {
    let (scene, receiver) = everything().await;
    scene.user.api.post_nothing("/disconnect").await.expect(200);
    let down = receiver.wait_for_event("device.disconnected").await;
    assert_eq!(down.body["data"]["reason"], "disconnected");
    scene.user.api.post_nothing("/connect").await.expect(200);
    receiver.wait_for_event("connection.manual_reconnect").await;
    receiver.wait_for_event("device.connected").await;
    fault(
        &scene,
        json!({ "fault": "stream_error", "conflict": "replaced" }),
    )
    .await;
    let replaced = receiver.wait_for_event("connection.stream_replaced").await;
    assert_eq!(replaced.body["data"]["reason"], "replaced");
}

#[tokio::test]
async fn a_device_that_the_phone_unlinks_is_told_as_logged_out() {
    let (scene, receiver) = everything().await;
    let jid = scene.world.device_jid(&scene.phone).await;
    scene.world.control.kick(&jid).await;
    let out = receiver.wait_for_event("device.logged_out").await;
    assert_eq!(out.body["data"]["reason"], "logged_out");
    // What its owner wrote is kept for the next pairing.
    assert_eq!(
        scene.user.api.get("/webhook").await.expect(200)["webhook"]["enabled"],
        true
    );
}

#[tokio::test]
async fn what_a_command_has_sent_is_told_once_whatsapp_has_accepted_it() {
    let world = World::start_with(&LOCAL).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    let receiver = Receiver::start().await;
    configure(
        &user,
        &receiver,
        json!({ "enabled_events": ["message.sent"] }),
    )
    .await;
    let posted = user.api.post_status("hello").await.expect(200);
    let sent = receiver.wait_for_event("message.sent").await;
    let data = &sent.body["data"];
    assert_eq!(data["message_id"], posted["message_id"]);
    assert_eq!(data["to"], "status@broadcast");
}
