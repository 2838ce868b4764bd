//! DELETE /tokens/{id}

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_token_that_is_deleted_ends_at_once() {
    let world = World::start().await;
    let admin = world.user().await;
    let user = world.member(&admin, "user").await;
    let body = json!({ "name": "till", "scopes": ["read"] });
    let made = user.api.post("/tokens", body).await.expect(201);
    let guest = world.api.as_user(made["token"].as_str().expect("a token"));
    guest.get("/devices").await.expect(200);
    let path = format!("/tokens/{}", made["id"].as_str().expect("an id"));
    let colleague = world.member(&admin, "user").await;
    for stranger in [&world.user().await, &colleague] {
        let answer = stranger.api.delete(&path).await;
        assert_eq!(answer.text_error(), (404, "token not found"));
    }
    guest.get("/devices").await.expect(200);
    admin.api.delete(&path).await.expect(200);
    guest.get("/devices").await.expect(401);
    user.api.delete(&path).await.expect(404);
}

#[tokio::test]
async fn a_token_for_a_device_goes_with_it() {
    let world = World::start().await;
    let user = world.user().await;
    let made = user.api.post("/devices", json!({ "name": "shop" })).await;
    let device = made.expect(201)["device"]["id"].clone();
    let body = json!({ "name": "till", "scopes": ["read"], "device_id": device });
    let made = user.api.post("/tokens", body).await.expect(201);
    let guest = world.api.as_user(made["token"].as_str().expect("a token"));
    guest.get("/devices").await.expect(200);
    let path = format!("/devices/{}?for_good=true", device.as_str().expect("an id"));
    user.api.delete(&path).await.expect(200);
    guest.get("/devices").await.expect(401);
}
