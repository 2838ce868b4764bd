//! POST /users, GET /users, GET, PUT and DELETE /users/{id}, POST /users/{id}/promote

mod delete;
mod powers;

use serde_json::{Value, json};

use crate::support::World;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": "long enough", "role": "user" })
}

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
async fn the_users_of_the_own_tenant_are_listed_without_their_tokens() {
    let world = World::start().await;
    let (admin, other) = (world.user().await, world.user().await);
    let ada = world.member(&admin, "user").await;
    world.member(&other, "user").await;
    let body = admin.api.get("/users").await.expect(200);
    let users = body["users"].as_array().expect("users");
    let mut ids: Vec<_> = users
        .iter()
        .filter_map(|user| user["id"].as_str())
        .collect();
    let mut expected = vec![admin.user_id.as_str(), ada.user_id.as_str()];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    for user in users {
        assert_eq!(user["tenant_id"], admin.tenant_id.as_str());
        assert_eq!(user["token"], Value::Null);
        assert!(
            user["updated_at"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z'))
        );
    }
}

#[tokio::test]
async fn a_user_is_shown_in_data_and_without_token() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    let shown = admin.api.get(&path).await.expect(200);
    let fields = [
        "active",
        "created_at",
        "email",
        "id",
        "role",
        "tenant_id",
        "updated_at",
    ];
    let mut found: Vec<_> = shown["data"].as_object().expect("data").keys().collect();
    found.sort();
    assert_eq!(found, fields);
    assert_eq!(shown["data"]["id"], ada.user_id.as_str());
    // Ada herself and the operator of the platform see the same.
    assert_eq!(ada.api.get(&path).await.expect(200), shown);
    assert_eq!(world.master().get(&path).await.expect(200), shown);
}

#[tokio::test]
async fn an_address_is_taken_once_over_all_tenants_whatever_its_case() {
    let world = World::start().await;
    let (admin, other) = (world.user().await, world.user().await);
    let created = admin.api.post("/users", newcomer("ada@example.com")).await;
    created.expect(201);
    for api in [&admin.api, &other.api] {
        let again = api.post("/users", newcomer("ADA@example.com")).await;
        assert_eq!(again.text_error(), (400, "email is already in use"));
    }
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
        ("email", json!(5), "email: invalid type: integer `5`"),
        ("email", Value::Null, "email: invalid type: null"),
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
        ("role", json!(true), "role: invalid type: boolean `true`"),
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
            "webhook_url must be an https:// URL",
        ),
        ("tenant_id", json!(NOBODY), "unknown field `tenant_id`"),
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
    assert_eq!(missing.text_error(), (400, "missing field `password`"));
}

#[tokio::test]
async fn changing_a_user_needs_an_id_and_sound_fields() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    let promote = format!("{path}/promote");
    let table = [
        (
            "PUT",
            path.as_str(),
            json!({ "active": "yes" }),
            "active: invalid type",
        ),
        (
            "PUT",
            &path,
            json!({ "role": "king" }),
            "role must be admin, manager or user",
        ),
        (
            "PUT",
            &path,
            json!({ "email": "b@example.com" }),
            "unknown field `email`",
        ),
        (
            "POST",
            &promote,
            json!({ "new_role": "king" }),
            "new_role must be admin, manager or user",
        ),
        (
            "POST",
            &promote,
            json!({ "role": "user" }),
            "unknown field `role`",
        ),
        ("POST", &promote, json!({}), "missing field `new_role`"),
        (
            "PUT",
            "/users/17",
            json!({ "active": true }),
            "id must be a UUID",
        ),
        (
            "POST",
            "/users/17/promote",
            json!({ "new_role": "user" }),
            "id must be a UUID",
        ),
        ("DELETE", "/users/%FF", Value::Null, "id must be a UUID"),
        ("GET", "/users/17", Value::Null, "id must be a UUID"),
    ];
    for (method, path, body, expected) in table {
        let method = method.parse().expect("a method");
        let body = (!body.is_null()).then_some(body);
        let answer = admin.api.request(method, path, body).await;
        let (status, message) = answer.text_error();
        assert_eq!(status, 400, "{path}: {}", answer.text);
        assert!(message.starts_with(expected), "{path}: {message}");
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
    }
    let array = admin.api.put(&path, json!([false])).await;
    let text = "the body is an array: a JSON object is expected";
    assert_eq!(array.text_error(), (400, text));
    let form = admin.api.post_raw("/users", "text/plain", "x").await;
    assert_eq!(form.body["validation"][0]["field"], "Content-Type");
}

#[tokio::test]
async fn a_user_is_updated_and_what_is_absent_stays() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    let steps = [
        (json!({ "role": "manager" }), "manager", true),
        (json!({ "active": false }), "manager", false),
        (json!({}), "manager", false),
        (json!({ "active": true, "role": "user" }), "user", true),
        (json!({ "active": true, "role": null }), "user", true),
    ];
    for (body, role, active) in steps {
        let updated = admin.api.put(&path, body).await.expect(200);
        let expected = json!({ "success": true, "message": "User updated successfully" });
        assert_eq!(updated, expected);
        let data = admin.api.get(&path).await.expect(200)["data"].clone();
        assert_eq!(
            (&data["role"], &data["active"]),
            (&json!(role), &json!(active))
        );
    }
}

#[tokio::test]
async fn a_promotion_names_the_old_and_the_new_role() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}/promote", ada.user_id);
    for (old, new) in [
        ("user", "manager"),
        ("manager", "admin"),
        ("admin", "admin"),
    ] {
        let body = json!({ "new_role": new });
        let promoted = admin.api.post(&path, body).await.expect(200);
        let expected = json!({
            "success": true,
            "message": "User role updated successfully",
            "data": { "user_id": ada.user_id, "old_role": old, "new_role": new },
        });
        assert_eq!(promoted, expected);
    }
    // The new role counts from the next request on.
    ada.api.get("/users").await.expect(200);
}

#[tokio::test]
async fn a_deactivated_users_token_stops_working_at_once_and_works_again_afterwards() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    for _ in 0..2 {
        ada.api.get("/devices").await.expect(200);
        let body = json!({ "active": false });
        admin.api.put(&path, body).await.expect(200);
        let refused = ada.api.get("/devices").await;
        assert_eq!(refused.text_error(), (401, "Invalid token"));
        let body = json!({ "active": true });
        admin.api.put(&path, body).await.expect(200);
    }
    ada.api.get("/devices").await.expect(200);
}

#[tokio::test]
async fn no_request_that_begins_after_a_deactivation_passes_however_many_were_under_way() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    for _ in 0..10 {
        let crowd = (0..8).map(|_| {
            let api = ada.api.clone();
            // Until the first refusal, so that lookups and the change meet.
            tokio::spawn(async move { api.wait_for_answer("/devices", 401).await })
        });
        let crowd: Vec<_> = crowd.collect();
        let asleep = admin.api.put(&path, json!({ "active": false })).await;
        asleep.expect(200);
        assert_eq!(ada.api.get("/devices").await.status, 401);
        for one in crowd {
            one.await.expect("refused in the end");
        }
        assert_eq!(ada.api.get("/devices").await.status, 401);
        let awake = admin.api.put(&path, json!({ "active": true })).await;
        awake.expect(200);
    }
}
