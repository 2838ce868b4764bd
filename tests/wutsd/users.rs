//! The users of a tenant.

mod create;
mod delete;
mod list;
mod powers;
mod promote;
mod show;
mod update;

use serde_json::{Value, json};

use crate::support::World;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": "long enough", "role": "user" })
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
            "active must be a boolean, not \"yes\"",
        ),
        (
            "PUT",
            &path,
            json!({ "role": "king" }),
            "role must be admin, manager or user",
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
            "new_role must be admin, manager or user",
        ),
        (
            "POST",
            &promote,
            json!({}),
            "new_role must be admin, manager or user",
        ),
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
