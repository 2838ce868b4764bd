//! POST /user/webhook

use serde_json::json;

use super::configuration::{URL, start};

#[tokio::test]
async fn a_url_for_devices_to_come_is_accepted_and_applied_to_them_only() {
    let (_world, user) = start().await;
    let set = json!({ "webhook_url": URL });
    let answer = user.api.post("/user/webhook", set).await.expect(200);
    let message = "Webhook URL configured. It will be automatically applied to new devices with ALL available events";
    assert_eq!(answer["message"], message);
    assert_eq!(answer["data"]["webhook_url"], URL);
    assert_eq!(answer["data"]["events_count"], 62);
    assert_eq!(
        answer["data"]["available_events"].as_array().map(Vec::len),
        Some(62)
    );
    assert_eq!(user.api.get("/webhook").await.status, 404);
    let device = user
        .api
        .post("/devices", json!({ "name": "New" }))
        .await
        .expect(201);
    let id = device["device"]["id"].as_str().expect("an id");
    let webhook = user
        .api
        .get(&format!("/webhook?device_id={id}"))
        .await
        .expect(200);
    assert_eq!(webhook["webhook"]["webhook_url"], URL);
    assert_eq!(
        webhook["webhook"]["enabled_events"]
            .as_array()
            .map(Vec::len),
        Some(62)
    );
}
