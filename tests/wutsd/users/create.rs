//! POST /users

use serde_json::{Value, json};

use super::newcomer;
use crate::support::World;

#[tokio::test]
async fn an_admin_creates_a_user_of_the_same_tenant_whose_token_works_at_once() {
    let world = World::start().await;
    let admin = world.user().await;
    let mut wanted = newcomer(" Ada@Example.com ");
    wanted["webhook_url"] = json!("https://app.example.com/webhook");
    let body = admin.api.post("/users", wanted).await.expect(201);
    assert_eq!(body["success"], true);
    assert_eq!(body["webhook_configured"], true);
    assert_eq!(body["webhook_url"], "https://app.example.com/webhook");
    let note = "Webhook will be configured when user connects their first WhatsApp device";
    assert_eq!(body["note"], note);
    let user = body["user"].as_object().expect("a user");
    let fields = [
        "active",
        "created_at",
        "email",
        "id",
        "role",
        "tenant_id",
        "token",
        "updated_at",
    ];
    let mut found: Vec<_> = user.keys().collect();
    found.sort();
    assert_eq!(found, fields);
    assert_eq!(user["tenant_id"], admin.tenant_id.as_str());
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["role"], "user");
    assert_eq!(user["active"], true);
    let token = user["token"].as_str().expect("a token");
    let version = token.parse::<uuid::Uuid>().expect("a UUID");
    assert_eq!((token.len(), version.get_version_num()), (36, 4));
    let api = world.api.as_user(token);
    assert_eq!(api.get("/devices").await.expect(200)["devices"], json!([]));
}

#[tokio::test]
async fn a_user_without_role_and_webhook_is_a_plain_user() {
    let world = World::start().await;
    let admin = world.user().await;
    let wanted = json!({ "email": "ada@example.com", "password": "éééééééé" });
    let body = admin.api.post("/users", wanted).await.expect(201);
    assert_eq!(body["user"]["role"], "user");
    let body = body.as_object().expect("an object");
    let mut found: Vec<_> = body.keys().collect();
    found.sort();
    assert_eq!(found, ["success", "user"]);
}

#[tokio::test]
async fn an_address_is_taken_once_in_a_tenant_and_admins_learn_nothing_of_others() {
    let world = World::start().await;
    let (admin, other) = (world.user().await, world.user().await);
    let created = admin.api.post("/users", newcomer("ada@example.com")).await;
    created.expect(201);
    let again = admin.api.post("/users", newcomer("ADA@example.com")).await;
    assert_eq!(again.text_error(), (400, "email is already in use"));
    let elsewhere = other.api.post("/users", newcomer("ada@example.com")).await;
    let elsewhere = elsewhere.expect(201);
    // Two people: each has a token of its own, and what becomes of one is nothing to the other.
    let id = elsewhere["user"]["id"].as_str().expect("an id");
    let user = format!("/users/{id}");
    assert_eq!(admin.api.get(&user).await.status, 404);
    other.api.delete(&user).await.expect(200);
    assert_eq!(
        admin.api.get("/users").await.expect(200)["users"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let mut tenant = newcomer("Ada@Example.com");
    tenant["tenant_name"] = json!("Acme");
    let again = world.master().post("/register", tenant).await;
    assert_eq!(again.text_error(), (400, "email is already in use"));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_user_is_named() {
    let world = World::start().await;
    let admin = world.user().await;
    let long = format!("https://example.com/{}", "x".repeat(2048));
    let table = [
        ("email", json!("nobody"), "email must be an e-mail address"),
        ("email", json!(5), "email must be a string, not 5"),
        ("email", Value::Null, "email must be an e-mail address"),
        (
            "password",
            json!("short"),
            "password must have at least 8 characters",
        ),
        (
            "password",
            json!("éééé"),
            "password must have at least 8 characters",
        ),
        (
            "password",
            json!("x".repeat(1025)),
            "password must have at most 1024 bytes",
        ),
        ("role", json!("king"), "role must be admin, manager or user"),
        ("role", json!(true), "role must be a string, not true"),
        (
            "webhook_url",
            json!("http://example.com"),
            "webhook_url must be an https:// URL",
        ),
        (
            "webhook_url",
            json!("nonsense"),
            "webhook_url must be an https:// URL",
        ),
        (
            "webhook_url",
            json!(long),
            "webhook_url is longer than 2048 bytes",
        ),
        (
            "webhook_url",
            json!("https://ada:secret@example.com"),
            "webhook_url must not contain a password",
        ),
    ];
    for (field, value, expected) in table {
        let mut body = newcomer("ada@example.com");
        body[field] = value;
        let answer = admin.api.post("/users", body).await;
        let (status, message) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
        assert_eq!(answer.body["validation"][0]["field"], field);
    }
    let missing = admin
        .api
        .post("/users", json!({ "email": "a@example.com" }))
        .await;
    assert_eq!(
        missing.text_error(),
        (400, "password must have at least 8 characters")
    );
}
