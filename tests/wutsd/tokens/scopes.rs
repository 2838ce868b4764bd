//! What a token that was given away may, at every operation of the document.

use serde_json::{Value, json};

use crate::every_operation::{Things, call};
use crate::support::contract::{self, Operation};
use crate::support::{Api, User, World};

const SCOPES: [&str; 3] = ["read", "send", "manage"];

/// As it was decided, said once more: a new endpoint that should be reached by fewer is to be named here, too.
fn needed(operation: &Operation) -> &'static str {
    let room = operation.path.split('/').nth(1).unwrap_or_default();
    match (operation.name.as_str(), operation.method.as_str(), room) {
        ("createUser" | "promoteUser", ..) | (_, _, "tokens") => "own",
        ("generateSessionQrCode", ..) => "manage",
        (_, "GET", _) => "read",
        (_, _, "devices" | "paircode" | "pair" | "connect" | "disconnect" | "logout") => "manage",
        (_, _, "webhook" | "user" | "users") => "manage",
        _ => "send",
    }
}

async fn guest(world: &World, user: &User, scopes: &[&str], device: Option<&Value>) -> Api {
    let body = json!({ "name": "guest", "scopes": scopes, "device_id": device });
    let made = user.api.post("/tokens", body).await.expect(201);
    world.api.as_user(made["token"].as_str().expect("a token"))
}

#[tokio::test]
async fn every_operation_wants_its_scope_and_no_other_will_do() {
    let world = World::start().await;
    let user = world.user().await;
    let mut guests = Vec::new();
    for scope in SCOPES {
        guests.push((scope, guest(&world, &user, &[scope], None).await));
    }
    let mut seen = 0;
    for operation in contract::operations() {
        let (name, things) = (&operation.name, Things::unknown());
        match operation.token.as_deref() {
            None => continue,
            // The RyzeAPI and whoever runs the daemon know no such tokens.
            Some("token" | "masterToken") => {
                for (_, api) in &guests {
                    assert_eq!(call(&operation, api, &things).await.status, 401, "{name}");
                }
                continue;
            }
            Some(_) => seen += 1,
        }
        let needed = needed(&operation);
        assert_eq!(operation.scope.as_deref(), Some(needed), "{name}");
        for (scope, api) in &guests {
            let answer = call(&operation, api, &things).await;
            let wanted = format!("needs the scope {needed}");
            let told = answer.text.contains(&wanted) || answer.text.contains("user's own token");
            // The example of this one gives power.
            let power = name == "updateUser";
            match *scope == needed && !power {
                true => assert!(!told && answer.status != 401, "{name}: {}", answer.text),
                false => assert!(told && answer.status == 403, "{name}: {}", answer.text),
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[tokio::test]
async fn a_token_for_one_device_knows_no_other() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let first = user.status().await["device_id"].clone();
    let made = user.api.post("/devices", json!({ "name": "second" })).await;
    let second = made.expect(201)["device"]["id"].clone();
    let sent = user.api.post_status("of the first").await.expect(200);
    let sent = sent["message_id"].as_str().expect("an id");
    let ada = world.control.contact_of(&phone, "Ada").await;
    let body = json!({ "number": ada, "text": "of the first" });
    let written = user.api.post("/send/text", body).await.expect(200);
    let written = written["message_id"].as_str().expect("an id");
    let guest = guest(&world, &user, &SCOPES, Some(&second)).await;
    for path in ["/devices", "/user/devices"] {
        let listed = guest.get(path).await.expect(200).to_string();
        let (first, second) = (
            first.as_str().expect("an id"),
            second.as_str().expect("an id"),
        );
        assert!(
            listed.contains(second) && !listed.contains(first),
            "{listed}"
        );
    }
    assert_eq!(
        guest.get("/status").await.expect(200)["data"]["device_id"],
        second
    );
    // Like one that does not exist.
    let unknown = uuid::Uuid::new_v4().to_string();
    let first = first.as_str().expect("an id");
    for path in [
        "/status?device_id=",
        "/webhook?device_id=",
        "/qr?device_id=",
        "/contacts?device_id=",
    ] {
        let there = guest.get(&format!("{path}{first}")).await;
        let nowhere = guest.get(&format!("{path}{unknown}")).await;
        let body = |mut answer: Value| {
            answer
                .as_object_mut()
                .map(|fields| fields.remove("timestamp"));
            answer
        };
        assert_eq!(
            (there.status, body(there.body)),
            (nowhere.status, body(nowhere.body)),
            "{path}"
        );
    }
    for path in [
        format!("/status/{sent}"),
        format!("/status/{sent}/views"),
        format!("/messages/{written}/status"),
        format!("/devices/{first}/history"),
    ] {
        user.api.get(&path).await.expect(200);
        guest.get(&path).await.expect(404);
    }
    guest
        .post("/logout", json!({ "device_id": first }))
        .await
        .expect(404);
    // Its own is meant, and there is no second to be asked for.
    guest.post("/logout", json!({})).await.expect(503);
    for (path, body) in [
        ("/devices", json!({ "name": "third" })),
        (
            "/user/webhook",
            json!({ "webhook_url": "https://example.com" }),
        ),
    ] {
        guest.post(path, body).await.expect(403);
    }
    guest.get("/users").await.expect(403);
    guest
        .get(&format!("/users/{}", user.user_id))
        .await
        .expect(403);
    assert_eq!(user.status().await["connected"], true);
}

#[tokio::test]
async fn an_answer_is_not_given_again_to_a_token_that_means_another_device() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let made = user.api.post("/devices", json!({ "name": "second" })).await;
    let second = made.expect(201)["device"]["id"].clone();
    let guest = guest(&world, &user, &["send"], Some(&second)).await;
    let key = "one-key";
    let body = json!({ "text": "once" });
    let owner = user.api.with_header("Idempotency-Key", key);
    owner.post("/status/text", body.clone()).await.expect(200);
    let guest = guest.with_header("Idempotency-Key", key);
    guest.post("/status/text", body).await.expect(422);
}
