//! GET /qr/status

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn whether_a_code_is_there_can_be_polled() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user.api.get("/qr/status").await;
    assert_eq!(answer.text_error(), (400, "device_id is required"));
    let device = user
        .api
        .post("/devices", json!({ "name": "new" }))
        .await
        .expect(201);
    let path = format!(
        "/qr/status?device_id={}",
        device["device"]["id"].as_str().expect("an id")
    );
    let none = json!({ "exists": false });
    assert_eq!(user.api.get(&path).await.expect(200)["data"], none);
    user.api.get("/qr").await.expect(200);
    let there = user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(there["exists"], true);
    assert!(
        there["generated_at"]
            .as_str()
            .expect("a time")
            .ends_with('Z'),
        "{there}"
    );
    let stranger = world.user().await;
    assert_eq!(stranger.api.get(&path).await.expect(200)["data"], none);
}
