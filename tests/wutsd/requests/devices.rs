//! Which device a request means: the one that `device_id` names, or else always the same one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{User, World, contract};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Somebody with two paired devices, each of an account of its own that has a contact.
struct Two {
    world: World,
    user: User,
    devices: [String; 2],
    phones: [String; 2],
    contacts: [String; 2],
}

impl Two {
    async fn start() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let (mut devices, mut phones, mut contacts) = (vec![], vec![], vec![]);
        for _ in 0..2 {
            let phone = world.control.account("Owner").await;
            contacts.push(world.control.contact_of(&phone, "Contact").await);
            let created = user.api.post("/devices", json!({ "name": "one of two" }));
            let id = created.await.expect(201)["device"]["id"].clone();
            let id = id.as_str().expect("an id").to_owned();
            let qr = user
                .api
                .get(&format!("/qr?device_id={id}"))
                .await
                .expect(200);
            let code = qr["data"]["qr_code"].as_str().expect("a code");
            world.control.scan(code, &phone).await.expect(200);
            let path = format!("/status?device_id={id}");
            let api = user.api.clone();
            crate::support::until("connected", async || {
                let status = api.get(&path).await.expect(200);
                (status["data"]["connected"] == true).then_some(())
            })
            .await;
            devices.push(id);
            phones.push(phone);
        }
        let two = |list: Vec<String>| list.try_into().expect("two");
        Self {
            world,
            user,
            devices: two(devices),
            phones: two(phones),
            contacts: two(contacts),
        }
    }

    async fn is_live(&self, number: usize) -> bool {
        let path = format!("/status?device_id={}", self.devices[number]);
        let status = self.user.api.get(&path).await.expect(200);
        status["data"]["connected"] == true
    }
}

#[tokio::test]
async fn a_command_is_done_by_the_device_that_is_named() {
    let two = Two::start().await;
    let (api, control) = (&two.user.api, &two.world.control);
    let second = &two.devices[1];
    let in_query = format!("/status/text?device_id={second}");
    let posted = api
        .post(&in_query, json!({ "text": "by query" }))
        .await
        .expect(200);
    control
        .wait_for_message(&two.contacts[1], &posted["message_id"])
        .await;
    let in_body = json!({ "text": "by body", "device_id": second });
    let posted = api.post("/status/text", in_body).await.expect(200);
    control
        .wait_for_message(&two.contacts[1], &posted["message_id"])
        .await;
    // The body wins, and "" names nobody.
    let first = json!({ "text": "by the first", "device_id": two.devices[0] });
    let posted = api.post(&in_query, first).await.expect(200);
    control
        .wait_for_message(&two.contacts[0], &posted["message_id"])
        .await;
    let nobody = json!({ "text": "by the first", "device_id": "" });
    let posted = api
        .post("/status/text?device_id=", nobody)
        .await
        .expect(200);
    control
        .wait_for_message(&two.contacts[0], &posted["message_id"])
        .await;
    assert_eq!(control.inbox(&two.contacts[1]).await.len(), 2);
    assert_eq!(control.inbox(&two.contacts[0]).await.len(), 2);
}

#[tokio::test]
async fn a_device_that_is_not_the_callers_is_answered_like_none_by_every_command() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let (other, _) = world.paired_user().await;
    let theirs = other.status().await["device_id"].clone();
    let theirs = theirs.as_str().expect("an id");
    for id in [theirs, NOBODY, "wuts-device-001", "5"] {
        let requests: [(&str, &str, Value); 5] = [
            ("POST", "/status/text", json!({ "text": "a" })),
            ("GET", "/contacts", Value::Null),
            (
                "POST",
                "/contacts/block",
                json!({ "number": "15550000100" }),
            ),
            ("GET", "/privacy", Value::Null),
            ("PUT", "/status/privacy", json!({ "type": "contacts" })),
        ];
        for (method, path, body) in requests {
            let path = format!("{path}?device_id={id}");
            let body = (!body.is_null()).then_some(body);
            let method = method.parse().expect("a method");
            let answer = user.api.request(method, &path, body).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
            assert!(answer.text.contains("device not found"), "{}", answer.text);
        }
    }
    assert_eq!(world.control.counter("message_keys_reused").await, 0);
    // GET /status says what is wrong instead of asking to pair.
    let status = user.api.get(&format!("/status?device_id={NOBODY}")).await;
    let told = status.expect(200)["data"]["action_required"].clone();
    assert!(
        told.as_str()
            .is_some_and(|told| told.contains("check device_id")),
        "{told}"
    );
}

#[tokio::test]
async fn without_device_id_the_oldest_paired_device_is_meant_whether_it_is_connected_or_not() {
    let two = Two::start().await;
    let api = &two.user.api;
    let hook = json!({
        "webhook_url": "https://example.com/hook",
        "enabled_events": ["message.received"]
    });
    api.post("/webhook", hook).await.expect(200);
    let path = format!("/disconnect?device_id={}", two.devices[0]);
    api.post_nothing(&path).await.expect(200);
    let answer = api.post_status("not from another account").await;
    let (status, code, _) = answer.object_error();
    assert_eq!((status, code), (503, "device_disconnected"));
    assert!(two.world.control.inbox(&two.contacts[1]).await.is_empty());
    let webhook = api.get("/webhook").await.expect(200);
    assert_eq!(
        webhook["webhook"]["webhook_url"],
        "https://example.com/hook"
    );
    let connected = api.post_nothing("/connect").await.expect(200);
    assert_eq!(connected["data"]["device_id"], two.devices[0]);
}

#[tokio::test]
async fn a_device_is_taken_away_only_by_name_where_there_are_several() {
    let two = Two::start().await;
    let api = &two.user.api;
    for path in ["/logout", "/disconnect"] {
        for _ in 0..2 {
            let (status, text) = {
                let answer = api.post_nothing(path).await;
                (answer.status, answer.text)
            };
            assert_eq!(status, 400, "{path}: {text}");
            assert!(text.contains("device_id is required"), "{text}");
        }
    }
    let path = format!("/logout?device_id={}", two.devices[0]);
    api.post_nothing(&path).await.expect(200);
    // A client that asks again, because it has not read the answer.
    assert_eq!(api.post_nothing(&path).await.status, 503);
    assert_eq!(api.post_nothing("/logout").await.status, 400);
    assert!(two.is_live(1).await && !two.is_live(0).await);
    let control = &two.world.control;
    assert!(control.devices(&two.phones[0]).await.is_empty());
    assert_eq!(control.devices(&two.phones[1]).await.len(), 1);
}

#[tokio::test]
async fn a_device_that_a_body_names_is_read_whatever_its_content_type() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let body = json!({ "device_id": NOBODY }).to_string();
    for operation in contract::operations() {
        let takes_fields = operation.body.is_some() || operation.path.contains('{');
        let names_device = operation.query.iter().any(|name| name == "device_id");
        if operation.method == "GET" || takes_fields || !names_device {
            continue;
        }
        let method: Method = operation.method.parse().expect("a method");
        let types = [
            (None, 404),
            (Some("application/json"), 404),
            (Some("text/plain"), 400),
        ];
        for (content_type, expected) in types {
            let path = &operation.path;
            let answer = user
                .api
                .request_raw(method.clone(), path, content_type, &body)
                .await;
            assert_eq!(
                answer.status, expected,
                "{path} {content_type:?}: {}",
                answer.text
            );
        }
    }
    assert_eq!(user.status().await["connected"], true);
}
