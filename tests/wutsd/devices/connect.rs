//! POST /connect

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn connecting_needs_a_device_and_a_pairing() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user.api.post_nothing("/connect").await;
    assert_eq!(answer.text_error(), (404, "device not found"));
    let answer = user.api.post_nothing("/disconnect").await;
    assert_eq!(
        answer.text_error(),
        (404, "device not found or not connected")
    );
    user.api
        .post("/devices", json!({ "name": "new" }))
        .await
        .expect(201);
    let data = user.api.post_nothing("/connect").await.expect(200)["data"].clone();
    assert_eq!(data["needs_qr"], true);
    assert_eq!(data["status"], "disconnected");
    for path in ["/connect", "/disconnect"] {
        assert_eq!(
            world.api.post_nothing(path).await.text_error(),
            (401, "unauthorized")
        );
    }
}
