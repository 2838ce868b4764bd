//! POST /disconnect

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn disconnecting_keeps_the_credentials_and_connecting_uses_them() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let device = user.status().await["device_id"].clone();

    let body = user.api.post_nothing("/disconnect").await.expect(200);
    assert_eq!(body["data"]["message"], "device disconnected successfully");
    assert_eq!(body["data"]["device_id"], device);
    let status = user.status().await;
    assert_eq!(status["status"], "disconnected");
    assert_eq!(status["last_exit"], "disconnected");
    assert_eq!(status["is_logged_in"], true);
    let again = user.api.post_nothing("/disconnect").await;
    assert_eq!(
        again.text_error(),
        (404, "device not found or not connected")
    );

    let body = user.api.post_nothing("/connect").await.expect(200);
    let expected = json!({ "status": "connected", "device_id": device, "needs_qr": false });
    assert_eq!(body["data"], expected);
    user.api.post_status("back").await.expect(200);
}
