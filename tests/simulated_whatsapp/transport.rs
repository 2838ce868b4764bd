//! The listener and the transport: where the server listens, and how bytes may arrive.

use serde_json::json;
use whatsapp_rust::types::events::Event;
use wutsd::sandbox::{Options, SandboxError, Simulator};

use crate::support::{Backend, TestClient, World};

#[actix_web::test]
async fn bytes_may_arrive_in_any_pieces_from_the_intro_on() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let backend = Backend::default();
    let client = TestClient::start_in_pieces(world.ws(), &backend, 3).await;
    let qr = client.qr().await;
    world
        .post("/scan", json!({ "qr": qr, "account": phone }))
        .await;
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn a_client_that_knows_another_static_key_falls_back_and_is_then_refused() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, _) = world.paired(&phone).await;
    client.stop().await;
    // A new server has a key of its own and has never heard of this device.
    let other = World::start().await;
    let client = TestClient::start(other.ws(), &backend).await;
    client
        .event("refusal", |event| {
            matches!(event, Event::LoggedOut(_)).then_some(())
        })
        .await;
    let counters = other.get("/state").await["counters"].clone();
    assert_eq!(counters["logins_refused"], 1, "{counters}");
    assert_eq!(counters["handshakes_failed"], 0, "{counters}");
    client.stop().await;
}

#[actix_web::test]
async fn the_server_listens_on_loopback_only_and_names_an_address_it_cannot_have() {
    let start = |listen: &str| {
        let listen = listen.parse().unwrap();
        Simulator::start(Options { listen, data: None })
    };
    let refused = start("0.0.0.0:0").await.err().unwrap();
    assert!(matches!(refused, SandboxError::NotLoopback(_)), "{refused}");
    let first = start("127.0.0.1:0").await.unwrap();
    let taken = first.addresses().ws.clone();
    let taken = taken
        .trim_start_matches("ws://")
        .trim_end_matches("/ws/chat");
    let refused = start(taken).await.err().unwrap();
    assert!(refused.to_string().contains(taken), "{refused}");
    first.stop().await;
    start(taken).await.unwrap().stop().await;
}

#[actix_web::test]
async fn stopping_ends_connections_within_a_bounded_time() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, _) = world.paired(&phone).await;
    let start = std::time::Instant::now();
    world.simulator.stop().await;
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    client
        .event("disconnected", |event| {
            matches!(event, Event::Disconnected(_)).then_some(())
        })
        .await;
    client.stop().await;
}
