//! POST /devices

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_device_is_created_and_listed() {
    let world = World::start().await;
    let user = world.user().await;
    let created = user
        .api
        .post("/devices", json!({ "name": " Sales WhatsApp " }))
        .await
        .expect(201);
    let device = &created["device"];
    assert_eq!(created["success"], true);
    assert_eq!(device["name"], "Sales WhatsApp");
    assert_eq!(device["connected"], false);
    assert_eq!(device["user_id"], user.user_id.as_str());
    for time in ["created_at", "updated_at"] {
        let time = device[time].as_str().expect("a time");
        assert!(time.ends_with('Z'), "{time}");
    }
    let listed = user.api.get("/devices").await.expect(200);
    assert_eq!(listed["devices"], json!([device]));
}

#[tokio::test]
async fn a_device_needs_a_name() {
    let world = World::start().await;
    let user = world.user().await;
    let long = "x".repeat(101);
    for name in ["", "  ", &long] {
        let answer = user.api.post("/devices", json!({ "name": name })).await;
        let text = "name is required and must be between 1 and 100 characters";
        assert_eq!(answer.text_error(), (400, text));
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
        assert_eq!(answer.body["validation"][0]["field"], "name");
    }
    assert_eq!(
        world.api.get("/devices").await.text_error(),
        (401, "Invalid token")
    );
}
