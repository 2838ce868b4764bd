//! Who may reach which instance, for every operation and every kind of caller.

use reqwest::Method;
use serde_json::{Value, json};

use super::{account, instance, pair, wait_for_state};
use crate::support::{Answer, Api, World};

/// Every operation that names an instance; those for accounts only last.
fn operations(name: &str) -> Vec<(Method, String, Option<Value>)> {
    let body = json!({ "privacy": { "readReceipts": "all" } });
    let path = |action: &str| format!("/api/{action}/{name}");
    vec![
        (Method::GET, path("profile/privacy"), None),
        (Method::GET, path("profile/getPrivacy"), None),
        (Method::POST, path("profile/privacy"), Some(body)),
        (Method::GET, path("instance/connect"), None),
        (Method::POST, path("instance/reconnect"), None),
        (Method::DELETE, path("instance/logout"), None),
        (Method::DELETE, path("instance/delete"), None),
    ]
}

async fn ask(api: &Api, operation: &(Method, String, Option<Value>)) -> Answer {
    let (method, path, body) = operation.clone();
    api.request(method, &path, body).await
}

#[tokio::test]
async fn somebody_elses_instance_answers_like_none_to_everybody() {
    let world = World::start().await;
    let owner = world.user().await;
    let own = instance(&world, &owner, "sales").await;
    pair(&world, &own, "sales").await;
    let colleague = world.member(&owner, "admin").await;
    let manager = world.member(&owner, "manager").await;
    let member = world.member(&owner, "user").await;
    let stranger = world.user().await;
    let instance_of_stranger = instance(&world, &stranger, "other").await;
    let neighbour = instance(&world, &owner, "support").await;

    let unknown = (404, "Instance not found");
    let invalid = (401, "Invalid token");
    let other = (
        403,
        "Instance token does not match the instance in the path",
    );
    let by = |token: &str| world.api.with_header("token", token);
    let callers = [
        (
            "nobody",
            world.api.clone(),
            (401, "Missing token in header"),
        ),
        (
            "a made-up token",
            by("00000000-0000-4000-8000-000000000000"),
            invalid,
        ),
        ("the master token", by(&world.master_token), invalid),
        ("a colleague who is an admin", by(&colleague.token), unknown),
        ("a manager", by(&manager.token), unknown),
        ("a plain user", by(&member.token), unknown),
        ("another tenant", by(&stranger.token), unknown),
        ("another tenant's instance", instance_of_stranger, other),
        ("another instance of the account", neighbour, other),
    ];
    for (who, api, expected) in &callers {
        for name in ["sales", "none"] {
            for operation in operations(name) {
                let answer = ask(api, &operation).await;
                let for_accounts = operation.1.contains("delete") && expected.0 == 403;
                let expected = if for_accounts { invalid } else { *expected };
                assert_eq!(answer.message_error(), expected, "{who}: {}", operation.1);
            }
        }
    }
    wait_for_state(&own, "connected").await;
    let new = json!({ "name": "x" });
    let answer = own.post("/api/instance/new", new).await;
    assert_eq!(answer.message_error(), invalid);
    // Whoever may, can.
    for api in [&own, &account(&world, &owner)] {
        for operation in operations("sales").iter().take(3) {
            ask(api, operation).await.expect(200);
        }
    }
}

#[tokio::test]
async fn an_instances_token_opens_nothing_of_the_other_api() {
    let world = World::start().await;
    let user = world.user().await;
    let body = json!({ "name": "sales", "token": "chosen-token-1234567890" });
    let account = account(&world, &user);
    account.post("/api/instance/new", body).await.expect(201);
    let api = world.api.as_user("chosen-token-1234567890");
    for path in ["/status", "/devices", "/privacy", "/users", "/contacts"] {
        assert_eq!(api.get(path).await.status, 401, "{path}");
    }
    // Bearer is the other way to send it.
    api.get("/api/instance/list").await.expect(200);
}

#[tokio::test]
async fn tokens_are_read_from_either_header_and_from_nowhere_else() {
    let world = World::start().await;
    let user = world.user().await;
    let list = "/api/instance/list";
    let by = async |name, value: &str| world.api.with_header(name, value).get(list).await;
    assert_eq!(by("token", &user.token).await.status, 200);
    let bearer = format!("Bearer {}", user.token);
    assert_eq!(by("authorization", &bearer).await.status, 200);
    assert_eq!(
        by("token", "wrong").await.message_error(),
        (401, "Invalid token")
    );
    let missing = (401, "Missing token in header");
    for (name, value) in [
        ("token", " "),
        ("authorization", "Basic abc"),
        ("x-token", "abc"),
    ] {
        assert_eq!(by(name, value).await.message_error(), missing, "{name}");
    }
    let query = format!("{list}?token={}", user.token);
    assert_eq!(world.api.get(&query).await.message_error(), missing);
    // The header of this API goes before the other one.
    let both = world.api.as_user(&user.token).with_header("token", "wrong");
    assert_eq!(both.get(list).await.message_error(), (401, "Invalid token"));
}

#[tokio::test]
async fn names_are_found_however_they_are_written_in_the_path() {
    let world = World::start().await;
    let user = world.user().await;
    let api = account(&world, &user);
    instance(&world, &user, "Vendas São Paulo 100%").await;
    let path = "/api/instance/reconnect/Vendas%20S%C3%A3o%20Paulo%20100%25";
    let answer = api.post_nothing(path).await;
    assert_eq!(
        answer.message_error().0,
        400,
        "found, and without a session"
    );
    for name in ["%FF", "%00", "%2F", "vendas", "%C3%A3"] {
        let answer = api
            .post_nothing(&format!("/api/instance/reconnect/{name}"))
            .await;
        assert_eq!(
            answer.message_error(),
            (404, "Instance not found"),
            "{name}"
        );
    }
    let nowhere = api.get("/api/message/text/x").await;
    let expected = (404, "there is no GET /api/message/text/x");
    assert_eq!(nowhere.message_error(), expected);
}
