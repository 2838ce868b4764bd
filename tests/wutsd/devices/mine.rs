//! GET /user/devices

use serde_json::{Value, json};

use crate::support::World;

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
