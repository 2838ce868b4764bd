//! DELETE /devices/{deviceID}

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_device_is_taken_offline_by_its_owner_only() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let id = user.status().await["device_id"].clone();
    let path = format!("/devices/{}", id.as_str().expect("an id"));
    let stranger = world.user().await;
    for path in [path.as_str(), "/devices/nonsense"] {
        let answer = stranger.api.delete(path).await;
        assert_eq!(answer.text_error(), (404, "device not found"));
    }
    for _ in 0..2 {
        let body = user.api.delete(&path).await.expect(200);
        assert_eq!(
            body,
            json!({ "success": true, "message": "Device disconnected" })
        );
    }
    assert_eq!(user.status().await["status"], "disconnected");
    user.api.post_nothing("/connect").await.expect(200);
}

#[tokio::test]
async fn for_good_it_is_unlinked_and_gone_and_nobody_elses_is() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let id = user.status().await["device_id"].clone();
    let path = format!("/devices/{}?for_good=true", id.as_str().expect("an id"));
    let stranger = world.user().await;
    let refused = stranger.api.delete(&path).await;
    assert_eq!(refused.text_error(), (404, "device not found"));
    let body = user.api.delete(&path).await.expect(200);
    assert_eq!(body["message"], "Device deleted");
    let listed = user.api.get("/devices").await.expect(200);
    assert_eq!(listed["devices"], json!([]));
    assert_eq!(world.control.devices(&phone).await, Vec::<String>::new());
    assert_eq!(user.api.delete(&path).await.status, 404);
}
