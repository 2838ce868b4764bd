//! What webhooks are told of messages, people and groups, as the simulated phones cause it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::lifecycle::everything;
use crate::support::receiver::Received;

#[tokio::test]
async fn a_status_is_told_as_sent_and_then_as_delivered() {
    let (scene, receiver) = everything().await;
    let reader = scene.world.control.contact_of(&scene.phone, "Reader").await;
    scene
        .user
        .api
        .post_nothing("/appstate/sync")
        .await
        .expect(200);
    let posted = scene.user.api.post_status("read this").await.expect(200);
    let sent = receiver.wait_for_event("message.sent").await;
    assert_eq!(sent.body["data"]["message_id"], posted["message_id"]);
    scene
        .world
        .control
        .wait_for_message(&reader, &posted["message_id"])
        .await;
    let delivered = receiver.wait_for_event("message.delivered").await;
    let data = &delivered.body["data"];
    assert_eq!(data["message_ids"], json!([posted["message_id"]]), "{data}");
    assert_eq!(data["chat"], "status@broadcast", "{data}");
    let number = format!("{reader}@s.whatsapp.net");
    assert_eq!(data["sender_pn"], number, "{data}");
}

#[tokio::test]
async fn a_message_that_was_spoilt_on_its_way_is_told_once_it_can_be_read() {
    let (scene, receiver) = everything().await;
    // There is a session first.
    scene.write("before").await;
    receiver.wait_for_event("message.received").await;
    let jid = scene.world.device_jid(&scene.phone).await;
    scene.world.control.corrupt(&jid).await;
    scene.write("spoilt on its way").await;
    let read = |told: &[Received]| {
        told.iter()
            .any(|told| told.content() == "spoilt on its way")
    };
    receiver.until("the second copy", read).await;
}

#[tokio::test]
async fn a_contact_who_changes_picture_or_name_is_told() {
    let (scene, receiver) = everything().await;
    let control = &scene.world.control;
    // Whom a device finds when it looks for the first time is no news.
    control.contact_of(&scene.phone, "Grace").await;
    scene
        .user
        .api
        .post_nothing("/appstate/sync")
        .await
        .expect(200);
    let ada = control.contact_of(&scene.phone, "Ada").await;
    scene
        .user
        .api
        .post_nothing("/appstate/sync")
        .await
        .expect(200);
    receiver.wait_for_event("contact.changed").await;
    let picture = BASE64_STANDARD.encode(b"\xff\xd8\xff a small picture");
    control
        .change_profile(&ada, json!({ "picture": picture }))
        .await;
    let changed = receiver.wait_for_event("contact.picture").await;
    let data = &changed.body["data"];
    assert!(
        data["picture_id"].is_string() && data["removed"] == json!(false),
        "{data}"
    );
}

#[tokio::test]
async fn a_group_that_is_made_and_changed_is_told() {
    let (scene, receiver) = everything().await;
    let control = &scene.world.control;
    let group = control.group(&[&scene.friend, &scene.phone]).await;
    let joined = receiver.wait_for_event("group.joined").await;
    assert_eq!(
        joined.body["data"]["group"],
        Value::from(group.clone()),
        "{}",
        joined.body
    );
    let newcomer = control.account("Newcomer").await;
    control
        .change_group(&group, json!({ "add": [newcomer] }))
        .await;
    let changed = receiver.wait_for_event("group.info").await;
    assert_eq!(changed.body["data"]["action"], "add", "{}", changed.body);
}
