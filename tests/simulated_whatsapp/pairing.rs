//! Pairing by QR and by code, and what is refused.

use serde_json::json;
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::types::events::Event;

use crate::support::{Backend, TestClient, World};

#[actix_web::test]
async fn a_device_pairs_by_qr_and_logs_in_again_without_pairing() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    assert_eq!(jid, format!("{phone}:1@s.whatsapp.net"));
    client.stop().await;

    let again = TestClient::start(world.ws(), &backend).await;
    again.connected().await;
    let state = world.get("/state").await;
    assert_eq!(state["counters"]["pairings"], 1);
    assert_eq!(state["connections"][0]["jid"], jid);
    again.stop().await;
    world.simulator.stop().await;
}

#[actix_web::test]
async fn a_device_pairs_by_code_and_a_wrong_code_is_refused_first() {
    let world = World::start().await;
    let backend = Backend::default();
    let client = TestClient::start(world.ws(), &backend).await;
    client.qr().await;
    let phone = "15551230099";
    let options = PairCodeOptions {
        phone_number: phone.to_owned(),
        ..Default::default()
    };
    let code = client.client.pair_with_code(options).await.unwrap();

    let wrong = if code.starts_with('1') {
        "2BCDEFGH"
    } else {
        "1BCDEFGH"
    };
    let (status, body) = world
        .call("POST", "/code", json!({"phone": phone, "code": wrong}))
        .await;
    assert_eq!((status, &body["error"]), (400, &json!("the code is wrong")));

    let linked = world
        .post("/code", json!({ "phone": phone, "code": code }))
        .await;
    assert_eq!(linked["phone"], phone);
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn a_qr_text_that_nobody_shows_is_not_found_and_a_changed_one_is_refused() {
    let world = World::start().await;
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let unknown = format!("2@abc,{key},{key},{key},1");
    let (status, _) = world.call("POST", "/scan", json!({ "qr": unknown })).await;
    assert_eq!(status, 404);
    let (status, body) = world.call("POST", "/scan", json!({ "qr": "hello" })).await;
    assert_eq!(status, 400, "{body}");

    let client = TestClient::start(world.ws(), &Backend::default()).await;
    let qr = client.qr().await;
    let fields: Vec<&str> = qr.split(',').collect();
    let other_identity = [fields[0], fields[1], key, fields[3]].join(",");
    let (status, body) = world
        .call("POST", "/scan", json!({ "qr": other_identity }))
        .await;
    assert_eq!(status, 400, "{body}");
    // Another secret: the companion finds the HMAC wrong and says so.
    let other_secret = [fields[0], fields[1], fields[2], key].join(",");
    let (status, body) = world
        .call("POST", "/scan", json!({ "qr": other_secret }))
        .await;
    assert_eq!(status, 400, "{body}");
    assert!(
        body["error"].as_str().unwrap().contains("hmac-mismatch"),
        "{body}"
    );
    // With the URL that newer clients put in front, and without the fifth field.
    let url = format!(
        "https://wa.me/settings/linked_devices#{}",
        fields[..4].join(",")
    );
    world.post("/scan", json!({ "qr": url })).await;
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn a_device_that_logs_out_or_is_kicked_is_never_let_in_again() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    world.post("/kick", json!({ "jid": jid })).await;
    client
        .event("logged out", |event| {
            matches!(event, Event::LoggedOut(_)).then_some(())
        })
        .await;
    client.stop().await;
    let state = world.get("/state").await;
    assert_eq!(state["accounts"][0]["devices"], json!([]));

    let again = TestClient::start(world.ws(), &backend).await;
    again
        .event("refusal", |event| {
            matches!(event, Event::LoggedOut(_)).then_some(())
        })
        .await;
    again.stop().await;

    let (client, _, _) = world.paired(&phone).await;
    client.client.logout().await;
    world
        .eventually("empty device list", "/state", |state| {
            (state["accounts"][0]["devices"] == json!([])).then_some(())
        })
        .await;
    client.stop().await;
}

#[actix_web::test]
async fn a_second_login_of_the_same_device_replaces_the_first() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (first, backend, _) = world.paired(&phone).await;
    let second = TestClient::start(world.ws(), &backend).await;
    first
        .event("replaced", |event| {
            matches!(event, Event::StreamReplaced(_)).then_some(())
        })
        .await;
    second.connected().await;
    first.stop().await;
    second.stop().await;
}
