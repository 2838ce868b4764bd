//! POST /devices, GET /devices, GET /user/devices, DELETE /devices/{deviceID}, GET /status

mod paircode;
mod qr;

use serde_json::{Value, json};

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
async fn a_paired_device_shows_whose_it_is() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let listed = user.api.get("/devices").await.expect(200);
    let device = &listed["devices"][0];
    assert_eq!(device["whatsapp_jid"], format!("{phone}@s.whatsapp.net"));
    assert_eq!(device["connected"], true);
    assert!(device["last_seen"].is_string(), "{device}");
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

#[tokio::test]
async fn the_status_of_nothing_is_disconnected() {
    let world = World::start().await;
    let user = world.user().await;
    let data = user.api.get("/status").await.expect(200)["data"].clone();
    assert_eq!(data["connected"], false);
    assert_eq!(data["status"], "disconnected");
    assert_eq!(data["device_id"], Value::Null);
    assert_eq!(data["is_logged_in"], false);
    assert_eq!(
        world.api.get("/status").await.text_error(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn my_devices_are_listed_in_short() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api
        .post("/devices", json!({ "name": "second" }))
        .await
        .expect(201);
    let data = user.api.get("/user/devices").await.expect(200)["data"].clone();
    assert_eq!(data["count"], 2);
    assert_eq!(data["user_id"], user.user_id.as_str());
    assert_eq!(data["devices"][0]["connected"], true);
    assert_eq!(data["devices"][1]["name"], "second");
    assert_eq!(data["devices"][1]["last_seen"], Value::Null);
    assert_eq!(
        world.api.get("/user/devices").await.text_error(),
        (401, "Invalid token")
    );
}

#[tokio::test]
async fn a_device_is_taken_offline_by_its_owner_only() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let id = user.api.get("/status").await.expect(200)["data"]["device_id"].clone();
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
    assert_eq!(
        user.api.get("/status").await.expect(200)["data"]["status"],
        "disconnected"
    );
    user.api.post_nothing("/connect").await.expect(200);
}

#[tokio::test]
async fn devices_can_be_listed_while_one_is_being_made() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let user = world.user().await;
    for _ in 0..20 {
        let name = json!({ "name": "another" });
        let made = user.api.post("/devices", name);
        let lists = async {
            for _ in 0..10 {
                user.api.get("/devices").await.expect(200);
            }
        };
        let (made, ()) = tokio::join!(made, lists);
        made.expect(201);
    }
}
