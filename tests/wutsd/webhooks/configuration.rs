//! POST /webhook, GET /webhook, DELETE /webhook

use serde_json::{Value, json};

use super::Scene;
use crate::support::{Answer, Api, Receiver, User, World};

pub(super) const URL: &str = "https://example.com/hook";

async fn post(user: &User, change: Value) -> Answer {
    let mut body = json!({ "webhook_url": URL, "enabled_events": ["message.received"] });
    for (key, value) in change.as_object().expect("an object") {
        body[key] = value.clone();
    }
    user.api.post("/webhook", body).await
}

/// A user with a device, which need not be connected for this.
pub(super) async fn start() -> (World, User) {
    let world = World::start().await;
    let user = world.user().await;
    user.api
        .post("/devices", json!({ "name": "Sales" }))
        .await
        .expect(201);
    (world, user)
}

#[tokio::test]
async fn a_webhook_is_written_read_overwritten_and_deleted() {
    let (_world, user) = start().await;
    assert_eq!(
        user.api.get("/webhook").await.text_error(),
        (404, "webhook not found")
    );
    let written = post(
        &user,
        json!({
            "enabled_events": ["device.connected", "message.received", "message.received"],
            "retry_attempts": 5,
            "timeout": 10,
            "secret": "nobody may read this",
            "headers": { "X-Api-Key": "k1" },
        }),
    );
    let written = written.await.expect(200);
    assert_eq!(written["message"], "Webhook configured successfully");
    let webhook = &written["webhook"];
    let expected = json!({
        "id": webhook["id"],
        "webhook_url": URL,
        // As it was written, each once.
        "enabled_events": ["device.connected", "message.received"],
        "enabled": true,
        "retry_attempts": 5,
        "timeout": 10,
        "headers": { "X-Api-Key": "k1" },
        "created_at": webhook["created_at"],
        "updated_at": webhook["updated_at"],
    });
    assert_eq!(*webhook, expected);
    assert!(
        webhook["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("wh_"))
    );
    let read = user.api.get("/webhook").await.expect(200);
    assert_eq!(read, json!({ "success": true, "webhook": webhook }));

    let again = post(&user, json!({ "enabled": false })).await.expect(200);
    let again = &again["webhook"];
    assert_eq!(again["id"], webhook["id"]);
    assert_eq!(again["created_at"], webhook["created_at"]);
    assert_eq!(again["enabled"], false);
    assert_eq!(again["headers"], json!({}));
    assert_eq!(again["retry_attempts"], 3);
    assert_eq!(again["timeout"], 30);

    let deleted =
        json!({ "success": true, "message": "Webhook configuration deleted successfully" });
    assert_eq!(user.api.delete("/webhook").await.expect(200), deleted);
    assert_eq!(user.api.get("/webhook").await.status, 404);
    assert_eq!(user.api.delete("/webhook").await.expect(200), deleted);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_the_name_of_the_field() {
    let (_world, user) = start().await;
    let table = [
        (
            json!({ "webhook_url": "http://example.com" }),
            "webhook_url",
            "webhook_url must be an https:// URL",
        ),
        (
            json!({ "webhook_url": "https://127.0.0.1/" }),
            "webhook_url",
            "webhook_url leads to an address that is not on the public Internet",
        ),
        (
            json!({ "enabled_events": [] }),
            "enabled_events",
            "enabled_events must name at least one event",
        ),
        (
            json!({ "enabled_events": ["message.eaten"] }),
            "enabled_events",
            "enabled_events: there is no event \"message.eaten\"",
        ),
        (
            json!({ "retry_attempts": 99 }),
            "retry_attempts",
            "retry_attempts must be between 0 and 20",
        ),
        (
            json!({ "timeout": 0 }),
            "timeout",
            "timeout must be between 1 and 60",
        ),
        (
            json!({ "headers": { "Host": "x" } }),
            "headers",
            "headers: Host is set by wutsd itself",
        ),
    ];
    for (change, field, expected) in table {
        let answer = post(&user, change.clone()).await;
        assert_eq!(answer.text_error(), (400, expected), "{change}");
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
        assert_eq!(answer.body["validation"][0]["field"], field);
    }
    let set = json!({ "webhook_url": "http://example.com" });
    let answer = user.api.post("/user/webhook", set).await;
    assert_eq!(
        answer.text_error(),
        (400, "webhook_url must be an https:// URL")
    );
}

#[tokio::test]
async fn a_webhook_belongs_to_a_device_of_the_caller_and_to_nobody_else() {
    let (world, user) = start().await;
    post(&user, json!({ "secret": "s" })).await.expect(200);
    let device = user.api.get("/devices").await.expect(200)["devices"][0].clone();
    assert_eq!(device["webhook_url"], URL);
    let query = format!(
        "/webhook?device_id={}",
        device["id"].as_str().expect("an id")
    );
    let stranger = world.user().await;
    let colleague = world.member(&user, "admin").await;
    for other in [&stranger, &colleague] {
        assert_eq!(other.api.get("/webhook").await.text_error().0, 404);
        assert_eq!(other.api.delete("/webhook").await.text_error().0, 500);
        let answer = post(other, json!({})).await;
        assert_eq!(answer.text_error(), (500, "failed to resolve user device"));
        for answer in [other.api.get(&query).await, other.api.delete(&query).await] {
            assert_eq!(answer.text_error(), (404, "device not found"));
        }
    }
    let nobody = &world.api;
    for (method, path) in [
        (reqwest::Method::GET, "/webhook"),
        (reqwest::Method::POST, "/webhook"),
        (reqwest::Method::DELETE, "/webhook"),
        (reqwest::Method::GET, "/webhook/events"),
        (reqwest::Method::POST, "/user/webhook"),
        (reqwest::Method::GET, "/webhook/deliveries"),
        (reqwest::Method::DELETE, "/webhook/deliveries"),
        (reqwest::Method::POST, "/webhook/deliveries/replay"),
    ] {
        let answer = nobody.request(method, path, Some(json!({}))).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"), "{path}");
    }
    assert_eq!(user.api.get("/webhook").await.status, 200);
}

#[tokio::test]
async fn a_webhook_survives_a_restart() {
    let (mut world, user) = start().await;
    let before = post(&user, json!({ "headers": { "a": "b" } }))
        .await
        .expect(200);
    world.restart("KILL").await;
    let after = world.again(&user).get("/webhook").await.expect(200);
    assert_eq!(after["webhook"], before["webhook"]);
}

/// Everywhere that a URL for events comes in: a path, who may call it, and a body around the URL.
fn entries(world: &World, user: &User) -> [(Api, &'static str, Value); 4] {
    let newcomer = |email: &str| json!({ "email": email, "password": "long enough" });
    let mut tenant = newcomer("first@example.com");
    tenant["tenant_name"] = json!("another tenant");
    [
        (
            user.api.clone(),
            "/webhook",
            json!({ "enabled_events": ["message.received"] }),
        ),
        (user.api.clone(), "/user/webhook", json!({})),
        (user.api.clone(), "/users", newcomer("second@example.com")),
        (world.master(), "/register", tenant),
    ]
}

#[tokio::test]
async fn one_rule_for_urls_holds_wherever_they_come_in() {
    let (world, user) = start().await;
    let long = format!("https://example.com/{}", "x".repeat(2048));
    let urls = [
        ("http://example.com/", "must be an https:// URL"),
        ("ftp://example.com/", "must be an https:// URL"),
        ("javascript:alert(1)", "must be an https:// URL"),
        ("example.com", "must be an https:// URL"),
        (
            "https://ada:secret@example.com/",
            "must not contain a password",
        ),
        (
            "https://:secret@example.com/",
            "must not contain a password",
        ),
        ("https://ada@example.com/", "must not contain a password"),
        ("https://127.0.0.1/", "not on the public Internet"),
        ("https://2130706433/", "not on the public Internet"),
        ("https://0x7f.1/", "not on the public Internet"),
        ("https://10.0.0.1:8443/", "not on the public Internet"),
        (
            "https://[::ffff:192.168.0.1]/",
            "not on the public Internet",
        ),
        ("https://localhost/", "not on the public Internet"),
        (
            "https://169.254.169.254/latest",
            "not on the public Internet",
        ),
        ("https://exam\nple.com/", "spaces or control characters"),
        ("https://example.com/a b", "spaces or control characters"),
        (&long, "longer than 2048 bytes"),
    ];
    for (api, path, body) in entries(&world, &user) {
        for (url, expected) in urls {
            let mut body = body.clone();
            body["webhook_url"] = json!(url);
            let answer = api.post(path, body).await;
            let (status, said) = answer.text_error();
            assert_eq!(status, 400, "{path} {url}");
            assert!(said.contains(expected), "{path} {url}: {said}");
            assert!(!answer.text.contains("secret"), "{path} {url}: {said}");
        }
        let mut body = body;
        body["webhook_url"] = json!("https://example.com/hook?key=1");
        let answer = api.post(path, body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_stricter_configuration_holds_for_webhooks_that_are_there_and_says_so() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene
        .configure(&receiver, json!({ "retry_attempts": 0 }))
        .await;
    scene.write("1").await;
    receiver.wait_for(1).await;
    let strict = [
        ("WEBHOOKS__ALLOW_HTTP", "must be an https:// URL"),
        (
            "WEBHOOKS__ALLOW_PRIVATE_ADDRESSES",
            "not on the public Internet",
        ),
    ];
    for (count, (setting, expected)) in (1..).zip(strict) {
        // Or it would come once more: it is not forgotten before it was taken.
        scene.wait_until_waiting(0).await;
        scene.world.add_settings(&[(setting, "false")]);
        scene.restart().await;
        let shown = scene.user.api.get("/webhook").await.expect(200);
        let problem = shown["webhook"]["problem"].as_str().expect("a sentence");
        assert!(problem.contains(expected), "{problem}");
        scene.write("2").await;
        let letter = scene.wait_for_dead_letter().await;
        let failure = letter["last_error"].as_str().expect("a sentence");
        assert!(failure.contains(expected), "{failure}");
        assert_eq!(
            receiver.all().len(),
            count,
            "something was sent all the same"
        );
        scene.world.add_settings(&[(setting, "true")]);
        scene.restart().await;
        let shown = scene.user.api.get("/webhook").await.expect(200);
        assert_eq!(shown["webhook"].get("problem"), None);
        let replay = scene.user.api.post_nothing("/webhook/deliveries/replay");
        replay.await.expect(200);
        receiver.wait_for(count + 1).await;
    }
}
