//! PATCH /devices/{deviceID}

use reqwest::Method;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_device_gets_another_name_from_its_owner_only() {
    let world = World::start().await;
    let user = world.user().await;
    let made = user
        .api
        .post("/devices", json!({ "name": "old" }))
        .await
        .expect(201);
    let path = format!("/devices/{}", made["device"]["id"].as_str().expect("an id"));
    let colleague = world.member(&user, "admin").await;
    let stranger = world.user().await;
    let rename = |name: &str| Some(json!({ "name": name }));
    for api in [&colleague.api, &stranger.api] {
        let refused = api.request(Method::PATCH, &path, rename("theirs")).await;
        assert_eq!(refused.text_error(), (404, "device not found"));
    }
    let renamed = user
        .api
        .request(Method::PATCH, &path, rename(" Sales "))
        .await;
    assert_eq!(renamed.expect(200)["name"], "Sales");
    for name in ["", "  ", &"x".repeat(101)] {
        let refused = user.api.request(Method::PATCH, &path, rename(name)).await;
        assert_eq!(refused.status, 400, "{name:?}");
        assert_eq!(refused.body["validation"][0]["field"], "name");
    }
    let listed = user.api.get("/devices").await.expect(200);
    assert_eq!(listed["devices"][0]["name"], "Sales");
}
