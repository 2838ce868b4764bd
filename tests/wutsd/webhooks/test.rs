//! POST /webhook/test

use serde_json::json;

use super::Scene;
use crate::support::Receiver;

#[tokio::test]
async fn a_test_arrives_whatever_the_webhook_is_told_otherwise() {
    let scene = Scene::start().await;
    let api = &scene.user.api;
    assert_eq!(api.post_nothing("/webhook/test").await.status, 404);
    let receiver = Receiver::start().await;
    let configured = json!({ "enabled_events": ["call.offer"] });
    scene.configure(&receiver, configured).await;
    let tested = api.post_nothing("/webhook/test").await.expect(200);
    let received = receiver.wait_for_event("webhook.test").await;
    assert_eq!(received.body["id"], tested["id"]);
    scene
        .configure(&receiver, json!({ "enabled": false }))
        .await;
    let refused = api.post_nothing("/webhook/test").await;
    assert_eq!(refused.text_error(), (400, "the webhook is switched off"));
}
