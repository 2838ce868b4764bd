//! GET /pair/{secret}/state, POST /pair/{secret}/code, POST /pair/{secret}/passkey,
//! POST /pair/{secret}/passkey/confirm

use serde_json::{Value, json};

use crate::support::{World, until};

#[tokio::test]
async fn a_link_pairs_its_device_shows_nothing_else_and_is_used_up() {
    let mut world = World::start().await;
    let user = world.user().await;
    let made = user
        .api
        .post("/devices", json!({ "name": "Acme's secret name" }))
        .await;
    let id = made.expect(201)["device"]["id"].clone();
    let id = id.as_str().expect("an id").to_owned();
    let links = format!("/devices/{id}/pairing-links");
    let made = user.api.post_nothing(&links).await.expect(201);
    let url = made["url"].as_str().expect("a URL");
    let secret = url.rsplit('/').next().expect("a secret").to_owned();
    let path = format!("/pair/{secret}");
    let customer = world.api.clone();
    let shown = until("a code", async || {
        let shown = customer.get(&format!("{path}/state")).await.expect(200);
        (shown["state"] == "code").then_some(shown)
    })
    .await;
    let text = shown.to_string();
    for private in [
        id.as_str(),
        "Acme",
        user.user_id.as_str(),
        user.tenant_id.as_str(),
    ] {
        assert!(!text.contains(private), "{text}");
    }
    assert!(
        shown["qr"]["image"]
            .as_str()
            .expect("a picture")
            .starts_with("data:image/png")
    );
    let phone = world.control.account("Owner").await;
    let typed = customer
        .post(&format!("{path}/code"), json!({ "phone": phone }))
        .await
        .expect(200);
    let again = customer.get(&format!("{path}/state")).await.expect(200);
    assert_eq!(again["pair_code"]["code"], typed["code"]);
    let code = typed["code"].as_str().expect("a code");
    world.control.type_code(&phone, code).await.expect(200);
    user.api.wait_for_phase("connected").await;
    let paired = customer.get(&format!("{path}/state")).await.expect(200);
    assert_eq!(
        (&paired["state"], &paired["paired"]),
        (&json!("paired"), &Value::Bool(true))
    );
    let more = customer
        .post(&format!("{path}/code"), json!({ "phone": phone }))
        .await;
    assert_eq!(more.text_error(), (400, "already connected"));
    // A device that is paired needs no link, and the one that there was begins nothing more.
    user.api.post_nothing(&links).await.expect(400);
    user.api
        .post("/logout", json!({ "device_id": id }))
        .await
        .expect(200);
    let used = customer.get(&format!("{path}/state")).await.expect(200);
    assert_eq!(used["state"], "paired");
    user.api.wait_for_phase("disconnected").await;
    // Nor does whoever had it see anything of how the device is paired anew.
    let anew = format!("/qr?device_id={id}");
    user.api.get(&anew).await.expect(200);
    let confirm = format!("{path}/passkey/confirm");
    let confirmed = customer.post(&confirm, json!({ "code": "x" })).await;
    let confirmed = confirmed.expect(200);
    assert_eq!(
        (&confirmed["state"], &confirmed["qr"]),
        (&json!("paired"), &json!(null))
    );
    let database = rusqlite::Connection::open(world.data.path().join("wutsd.db")).expect("it");
    let long_ago = "UPDATE pairing_link SET used_at = used_at - 901";
    assert_eq!(database.execute(long_ago, []).expect("a change"), 1);
    customer.get(&format!("{path}/state")).await.expect(404);
    // The secret is nowhere but in the link.
    let metrics = world.api.get("/metrics").await.text;
    assert!(!metrics.contains(&secret) && metrics.contains("/pair/{secret}/state"));
    let log = world.daemon.output().join("\n");
    assert!(!log.contains(&secret), "{log}");
    world.restart("TERM").await;
    for file in ["wutsd.db", "wutsd.db-wal"] {
        let bytes = std::fs::read(world.data.path().join(file)).unwrap_or_default();
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{file}");
    }
}

#[tokio::test]
async fn a_link_goes_with_its_device_and_an_unknown_one_is_not_found() {
    let world = World::start().await;
    let user = world.user().await;
    let made = user
        .api
        .post("/devices", json!({ "name": "customer" }))
        .await;
    let id = made.expect(201)["device"]["id"].clone();
    let id = id.as_str().expect("an id");
    let links = format!("/devices/{id}/pairing-links");
    let made = user.api.post_nothing(&links).await.expect(201);
    let url = made["url"].as_str().expect("a URL");
    let path = url[url.find("/pair/").expect("a path")..].to_owned();
    user.api
        .delete(&format!("/devices/{id}?for_good=true"))
        .await
        .expect(200);
    let gone = world.api.get(&format!("{path}/state")).await;
    let unknown = world.api.get("/pair/unknown/state").await;
    assert_eq!(
        (gone.status, gone.body["error"].clone()),
        (404, unknown.body["error"].clone())
    );
    for step in ["code", "passkey", "passkey/confirm"] {
        world
            .api
            .post(&format!("{path}/{step}"), json!({}))
            .await
            .expect(404);
    }
}
