//! PATCH /devices/{deviceID}

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_device_has_another_name_from_now_on() {
    let mut world = World::start().await;
    let user = world.user().await;
    let made = user.api.post("/devices", json!({ "name": "old" })).await;
    let id = made.expect(201)["device"]["id"].clone();
    let path = format!("/devices/{}", id.as_str().expect("an id"));
    let rename = |name: &str| json!({ "name": name });
    let patch = reqwest::Method::PATCH;
    let answer = user
        .api
        .request(patch.clone(), &path, Some(rename("  new  ")))
        .await;
    assert_eq!(answer.expect(200)["name"], "new");
    for wrong in ["", "  ", &"x".repeat(101)] {
        let answer = user
            .api
            .request(patch.clone(), &path, Some(rename(wrong)))
            .await;
        assert!(answer.text.contains("name"), "{}", answer.text);
        answer.expect(400);
    }
    let stranger = world.user().await;
    let answer = stranger
        .api
        .request(patch, &path, Some(rename("mine")))
        .await;
    assert_eq!(answer.text_error(), (404, "device not found"));
    world.restart("KILL").await;
    let devices = world.again(&user).get("/devices").await.expect(200);
    assert_eq!(devices["devices"][0]["name"], "new");
}
