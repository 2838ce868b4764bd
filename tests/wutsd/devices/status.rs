//! GET /status

use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn the_status_of_nothing_is_disconnected() {
    let world = World::start().await;
    let user = world.user().await;
    let data = user.status().await;
    assert_eq!(data["connected"], false);
    assert_eq!(data["status"], "disconnected");
    assert_eq!(data["device_id"], Value::Null);
    assert_eq!(data["is_logged_in"], false);
    assert_eq!(
        world.api.get("/status").await.text_error(),
        (401, "unauthorized")
    );
}
