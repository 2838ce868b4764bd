//! Each fault once, as a client sees it.

use std::time::Duration;

use serde_json::{Value, json};
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::client::TestClient;
use crate::control::World;
use crate::messages::post_status;

#[actix_web::test]
async fn drop_closes_the_socket_and_the_device_comes_back() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let answer = world
        .post("/faults", json!({ "jid": jid, "fault": "drop" }))
        .await;
    assert_eq!(answer["hits"], 1);
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn messages_are_refused_or_left_without_an_answer_as_often_as_told() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    world
        .post(
            &format!("/accounts/{phone}/contacts"),
            json!({ "phone": friend }),
        )
        .await;
    let (client, _, jid) = world.paired(&phone).await;

    world
        .fault(json!({ "jid": "*", "fault": "ack_silence", "times": 1 }))
        .await;
    let silent = post_status(&client, "silent", &[&friend]).await;
    world.received(&friend, "silent").await;
    // The next message is acknowledged, the silent one never was.
    let heard = post_status(&client, "heard", &[&friend]).await;
    let first = client
        .event("ack", |event| match event {
            Event::ServerAck(ack) if ack.id == silent || ack.id == heard => Some(ack.id.clone()),
            _ => None,
        })
        .await;
    assert_eq!(first, heard);

    world
        .fault(json!({ "jid": jid, "fault": "ack_error", "error": 479, "times": 1 }))
        .await;
    let refused = post_status(&client, "refused", &[&friend]).await;
    assert_eq!(client.ack(&refused).await.as_deref(), Some("479"));

    let listed = world.get("/faults").await;
    assert_eq!(listed["faults"][0]["hits"], 1);
    assert_eq!(listed["faults"][1]["remaining"], 0);
    let (status, _) = world.call("DELETE", "/faults", Value::Null).await;
    assert_eq!(status, 204);
    assert_eq!(world.get("/faults").await["faults"], json!([]));
    client.stop().await;
}

#[actix_web::test]
async fn queries_are_refused_or_left_without_an_answer() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    client.client.blocking().get_blocklist().await.unwrap();

    let fault =
        json!({ "jid": jid, "fault": "iq_error", "xmlns": "blocklist", "code": 429, "times": 1 });
    world.fault(fault).await;
    let error = client.client.blocking().get_blocklist().await.unwrap_err();
    assert!(format!("{error:?}").contains("429"), "{error:?}");

    let fault = json!({ "jid": jid, "fault": "iq_silence", "xmlns": "blocklist", "times": 1 });
    world.fault(fault).await;
    let wait = Duration::from_millis(500);
    let silence = tokio::time::timeout(wait, client.client.blocking().get_blocklist()).await;
    assert!(silence.is_err(), "an answer came");
    client.client.blocking().get_blocklist().await.unwrap();
    client.stop().await;
}

#[actix_web::test]
async fn a_muted_device_hears_nothing_more() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&phone).await;
    world.fault(json!({ "jid": jid, "fault": "mute" })).await;
    let sent = client.client.send_text(Jid::pn(friend.as_str()), "x");
    let _ = tokio::time::timeout(Duration::from_millis(500), sent).await;
    let inbox = world.get(&format!("/accounts/{friend}/inbox")).await;
    assert_eq!(inbox["messages"], json!([]));
    client.stop().await;
}

#[actix_web::test]
async fn a_login_is_refused_with_the_reason_it_was_told() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    world
        .fault(json!({ "jid": jid, "fault": "login_failure", "reason": 403 }))
        .await;
    let again = TestClient::start(world.ws(), &backend).await;
    again
        .event("refusal", |event| {
            matches!(event, Event::LoggedOut(_)).then_some(())
        })
        .await;
    again.stop().await;
}

#[actix_web::test]
async fn a_stream_error_reaches_the_client_before_the_socket_closes() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let fault = json!({ "jid": jid, "fault": "stream_error", "conflict": "replaced" });
    world.fault(fault).await;
    client
        .event("replaced", |event| {
            matches!(event, Event::StreamReplaced(_)).then_some(())
        })
        .await;
    client.stop().await;
}

#[actix_web::test]
async fn a_fault_that_makes_no_sense_is_refused_by_name() {
    let world = World::start().await;
    for (body, word) in [
        (json!({ "jid": "*", "fault": "earthquake" }), "earthquake"),
        (json!({ "jid": "*", "fault": "ack_error" }), "error"),
        (json!({ "jid": "*", "fault": "drop", "speed": 1 }), "speed"),
        (json!({ "jid": "nobody", "fault": "drop" }), "jid"),
    ] {
        let (status, answer) = world.call("POST", "/faults", body).await;
        assert!((400..500).contains(&status));
        assert!(answer["error"].as_str().unwrap().contains(word), "{answer}");
    }
}
