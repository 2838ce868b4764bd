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
async fn a_device_is_removed_for_good_with_all_that_is_known_of_it() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let id = user.status().await["device_id"].clone();
    let path = format!("/devices/{}?for_good=true", id.as_str().expect("an id"));
    let stranger = world.user().await;
    let answer = stranger.api.delete(&path).await;
    assert_eq!(answer.text_error(), (404, "device not found"));
    let body = user.api.delete(&path).await.expect(200);
    assert_eq!(body["message"], "Device deleted");
    let devices = user.api.get("/devices").await.expect(200);
    assert_eq!(devices["devices"], json!([]));
    assert!(world.control.devices(&phone).await.is_empty());
    let again = user.api.delete(&path).await;
    assert_eq!(again.text_error(), (404, "device not found"));
}
