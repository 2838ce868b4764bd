//! Many devices at once, each no more than a Noise connection: what a crowd costs the simulator.
//!
//! `CROWD=2000 cargo test … crowd` for the size that the simulator is built for.

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use buffa::{Message as _, MessageField};
use futures::StreamExt;
use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, NodeContent, Server};
use wacore_libsignal::protocol::KeyPair;
use waproto::whatsapp::client_payload::DevicePairingRegistrationData;
use waproto::whatsapp::{
    ADVDeviceIdentity, ADVSignedDeviceIdentity, ADVSignedDeviceIdentityHMAC, ClientPayload,
};
use whatsapp_rust::Jid;

use crate::support::noise::{Session, key_pair};
use crate::support::{PATIENCE, World, attr, child};

/// Devices that pair at the same time.
const TOGETHER: usize = 16;

async fn crowd(world: &World, size: usize) -> Vec<(String, Session)> {
    let devices = (0..size).map(|number| async move {
        let phone = format!("1555600{number:04}");
        world.post("/accounts", json!({ "phone": phone })).await;
        let session = paired(world, &phone).await;
        (phone, session)
    });
    futures::stream::iter(devices)
        .buffer_unordered(TOGETHER)
        .collect()
        .await
}

/// Pairs by QR and logs in.
async fn paired(world: &World, phone: &str) -> Session {
    let (noise, identity, signed) = (key_pair(), pair(), pair());
    let public = |pair: &KeyPair| pair.public_key.public_key_bytes().to_vec();
    let signature = sign(&identity, &[&signed.public_key.serialize()]);
    let registration = ClientPayload {
        device_pairing_data: MessageField::some(DevicePairingRegistrationData {
            e_regid: Some(vec![0, 0, 1, 2]),
            e_keytype: Some(vec![5]),
            e_ident: Some(public(&identity)),
            e_skey_id: Some(vec![0, 0, 1]),
            e_skey_val: Some(public(&signed)),
            e_skey_sig: Some(signature),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut session = Session::start(world, &*noise, &registration).await;
    let offered = session.stanza().await;
    let reference = text(&child(&child(&offered, "pair-device"), "ref"));
    let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    let qr = format!(
        "{reference},{},{},{}",
        base64(noise.pubkey()),
        base64(&public(&identity)),
        base64(&[7; 32])
    );
    let scan = world.post("/scan", json!({ "qr": qr, "account": phone }));
    let sign = async {
        let success = session.stanza().await;
        session.send(&signed_identity(&success, &identity)).await;
        assert_eq!(attr(&session.stanza().await, "code"), "515");
    };
    let (linked, ()) = futures::join!(scan, sign);
    let jid: Jid = linked["jid"].as_str().unwrap().parse().unwrap();
    let login = ClientPayload {
        username: jid.user.parse().ok(),
        device: Some(jid.device.into()),
        ..Default::default()
    };
    let mut session = Session::start(world, &*noise, &login).await;
    assert_eq!(session.stanza().await.tag, "success");
    session
}

fn signed_identity(success: &Node, identity: &KeyPair) -> Node {
    let sealed = child(&child(success, "pair-success"), "device-identity");
    let Some(NodeContent::Bytes(sealed)) = &sealed.content else {
        panic!("a device identity is bytes");
    };
    let sealed = ADVSignedDeviceIdentityHMAC::decode_from_slice(sealed).unwrap();
    let signed = ADVSignedDeviceIdentity::decode_from_slice(&sealed.details.unwrap()).unwrap();
    let details = signed.details.clone().unwrap();
    let account = signed.account_signature_key.clone().unwrap();
    let own = identity.public_key.public_key_bytes();
    let device_signature = Some(sign(identity, &[&[6, 1], &details, own, &account]));
    let answer = ADVSignedDeviceIdentity {
        account_signature_key: None,
        device_signature,
        ..signed
    };
    let details = ADVDeviceIdentity::decode_from_slice(&details).unwrap();
    let inner = NodeBuilder::new("device-identity")
        .attr("key-index", details.key_index.unwrap())
        .bytes(answer.encode_to_vec())
        .build();
    let sign = NodeBuilder::new("pair-device-sign")
        .children([inner])
        .build();
    NodeBuilder::new("iq")
        .attr("to", Jid::new("", Server::Pn))
        .attr("type", "result")
        .attr("id", attr(success, "id"))
        .children([sign])
        .build()
}

fn pair() -> KeyPair {
    KeyPair::generate(&mut rand::rng())
}

fn sign(pair: &KeyPair, parts: &[&[u8]]) -> Vec<u8> {
    let key = &pair.private_key;
    let signature = key.calculate_signature_for_multipart_message(parts, &mut rand::rng());
    signature.unwrap().to_vec()
}

fn text(node: &Node) -> String {
    match node.content.as_ref().unwrap() {
        NodeContent::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{other:?} is not text"),
    }
}

#[actix_web::test]
async fn every_device_of_a_crowd_stays_connected_and_gets_what_is_posted() {
    let size: usize = std::env::var("CROWD").map_or(60, |size| size.parse().unwrap());
    let world = World::start().await;
    let poster = world.account("Ann").await;
    let start = Instant::now();
    let mut devices = crowd(&world, size).await;
    tracing::info!(elapsed = ?start.elapsed(), "everybody is connected");
    let contacts: Vec<_> = devices
        .iter()
        .map(|(phone, _)| json!({ "phone": phone }))
        .collect();
    world
        .post(&format!("/accounts/{poster}/contacts"), json!(contacts))
        .await;
    let start = Instant::now();
    let path = format!("/accounts/{poster}/status");
    for number in 0..3 {
        let id = world
            .post(&path, json!({ "text": format!("status {number}") }))
            .await["id"]
            .clone();
        for (_, session) in &mut devices {
            let arrives =
                async { while attr(&session.stanza().await, "id") != id.as_str().unwrap() {} };
            tokio::time::timeout(PATIENCE, arrives).await.unwrap();
        }
        tracing::info!(elapsed = ?start.elapsed(), "everybody has it");
    }
    let state = world.get("/state").await;
    assert_eq!(state["connections"].as_array().unwrap().len(), size);
    // Idle devices answer pings.
    for (_, session) in &mut devices {
        let ping = NodeBuilder::new("iq")
            .attr("to", Jid::new("", Server::Pn))
            .attr("type", "get")
            .attr("xmlns", "w:p")
            .attr("id", "ping")
            .build();
        session.send(&ping).await;
        let answer = async { while attr(&session.stanza().await, "id") != "ping" {} };
        tokio::time::timeout(Duration::from_secs(10), answer)
            .await
            .unwrap();
    }
    world.simulator.stop().await;
}

#[actix_web::test]
async fn a_device_that_reads_nothing_for_a_while_gets_everything_afterwards() {
    /// More bytes than the system takes for a client, and more stanzas than then wait in its connection.
    const GROUPS: usize = 1100;
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let mut members = vec![ann.clone()];
    for number in 0..150 {
        let phone = format!("1555800{number:04}");
        world.post("/accounts", json!({ "phone": phone })).await;
        members.push(phone);
    }
    let mut session = paired(&world, &ann).await;
    // The news of a large group are as long as a long message, and cost less to make.
    let groups = (0..GROUPS).map(|_| {
        let group = json!({ "subject": "A crowd", "participants": members });
        world.post("/groups", group)
    });
    let groups = futures::stream::iter(groups).buffer_unordered(8);
    let mut made: Vec<String> = groups
        .map(|group| group["jid"].as_str().unwrap().to_owned())
        .collect()
        .await;
    let mut told = Vec::with_capacity(GROUPS);
    while told.len() < GROUPS {
        let next = tokio::time::timeout(PATIENCE, session.stanza());
        let node = next.await.expect("a stanza");
        if attr(&node, "type") == "w:gp2" {
            told.push(attr(&node, "from"));
        }
    }
    made.sort();
    told.sort();
    assert!(made == told, "each is told once");
    let state = world.get("/state").await;
    assert_eq!(state["counters"]["logins"], 1, "{state}");
    world.simulator.stop().await;
}
