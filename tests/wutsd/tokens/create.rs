//! POST /tokens

use serde_json::{Value, json};

use crate::support::{World, until};

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    let body = json!({ "name": "till", "scopes": ["read"], "expires_in": 3600 });
    let made = user.api.post("/tokens", body).await.expect(201);
    let token = made["token"].as_str().expect("a token").to_owned();
    assert_eq!(made["scopes"], json!(["read"]));
    world.api.as_user(&token).get("/status").await.expect(200);
    world.restart("KILL").await;
    world.api.as_user(&token).get("/status").await.expect(200);
    for file in ["wutsd.db", "wutsd.db-wal"] {
        let bytes = std::fs::read(world.data.path().join(file)).unwrap_or_default();
        let found = bytes
            .windows(token.len())
            .any(|part| part == token.as_bytes());
        assert!(!found, "{file}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let world = World::start().await;
    let user = world.user().await;
    let table = [
        ("name", json!({ "name": " ", "scopes": ["read"] })),
        ("scopes", json!({ "name": "till", "scopes": [] })),
        (
            "scopes",
            json!({ "name": "till", "scopes": ["everything"] }),
        ),
        (
            "expires_in",
            json!({ "name": "till", "scopes": ["read"], "expires_in": 0 }),
        ),
        (
            "expires_at",
            json!({ "name": "till", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z" }),
        ),
        (
            "user_id",
            json!({ "name": "till", "scopes": ["read"], "user_id": "me" }),
        ),
    ];
    for (field, body) in table {
        let answer = user.api.post("/tokens", body).await;
        assert!(answer.text.contains(field), "{}", answer.text);
        answer.expect(400);
    }
    let (other, _) = world.paired_user().await;
    let foreign = other.status().await["device_id"].clone();
    for device in [foreign, json!("nonsense")] {
        let body = json!({ "name": "till", "scopes": ["read"], "device_id": device });
        let answer = user.api.post("/tokens", body).await;
        assert_eq!(answer.text_error(), (404, "device not found"));
    }
    let far = json!({ "name": "till", "scopes": ["read"], "expires_in": i64::MAX });
    let far = user.api.post("/tokens", far).await.expect(201);
    assert!(far["expires_at"].as_str().expect("an end") < "2050");
}

#[tokio::test]
async fn a_token_ends_when_it_was_said_to() {
    let world = World::start().await;
    let user = world.user().await;
    let body = json!({ "name": "short", "scopes": ["read"], "expires_in": 1 });
    let made = user.api.post("/tokens", body).await.expect(201);
    let guest = world.api.as_user(made["token"].as_str().expect("a token"));
    guest.get("/devices").await.expect(200);
    until("over", async || {
        (guest.get("/devices").await.status == 401).then_some(())
    })
    .await;
    let tokens = user.api.get("/tokens").await.expect(200);
    assert_eq!(tokens["tokens"], json!([]));
}

#[tokio::test]
async fn an_admin_makes_them_for_the_users_of_the_tenant_only() {
    let world = World::start().await;
    let admin = world.user().await;
    let manager = world.member(&admin, "manager").await;
    let user = world.member(&admin, "user").await;
    let stranger = world.user().await;
    let body = |id: &str| json!({ "name": "for you", "scopes": ["read", "manage"], "user_id": id });
    let made = admin
        .api
        .post("/tokens", body(&user.user_id))
        .await
        .expect(201);
    assert_eq!(made["user_id"], user.user_id.as_str());
    let guest = world.api.as_user(made["token"].as_str().expect("a token"));
    let seen = guest.get("/user/devices").await.expect(200);
    assert_eq!(seen["data"]["user_id"], user.user_id.as_str());
    manager
        .api
        .post("/tokens", body(&user.user_id))
        .await
        .expect(201);
    manager
        .api
        .post("/tokens", body(&admin.user_id))
        .await
        .expect(403);
    user.api
        .post("/tokens", body(&manager.user_id))
        .await
        .expect(403);
    stranger
        .api
        .post("/tokens", body(&user.user_id))
        .await
        .expect(404);
    // Nobody gets further by a token that was given.
    guest.post("/tokens", body(&user.user_id)).await.expect(403);
    let inactive: Value = json!({ "active": false });
    admin
        .api
        .put(&format!("/users/{}", user.user_id), inactive)
        .await
        .expect(200);
    guest.get("/devices").await.expect(401);
}

#[tokio::test]
async fn a_hundred_are_kept_and_no_more() {
    let world = World::start().await;
    let user = world.user().await;
    let body = json!({ "name": "one of many", "scopes": ["read"] });
    for _ in 0..100 {
        user.api.post("/tokens", body.clone()).await.expect(201);
    }
    user.api.post("/tokens", body).await.expect(409);
}
