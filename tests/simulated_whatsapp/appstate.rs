//! App state: what the phone writes reaches its devices, and what one device writes reaches the other.

use buffa::{Message as _, MessageField};
use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, NodeContent};
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::message::{AppStateSyncKeyId, AppStateSyncKeyRequest, ProtocolMessage};
use waproto::whatsapp::{ExternalBlobReference, Message, SyncdSnapshot};
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::support::app_state::state_key;
use crate::support::crypto::open_media;
use crate::support::{Backend, TestClient, World, ask, attr, child, iq, learns};

#[actix_web::test]
async fn contacts_added_before_and_after_pairing_reach_the_device() {
    let world = World::start().await;
    let (ann, ben, cleo) = (
        world.account("Ann").await,
        world.account("Ben").await,
        world.account("Cleo").await,
    );
    let path = format!("/accounts/{ann}/contacts");
    let contact = json!({ "phone": ben, "name": "Ben Before" });
    world.post(&path, contact).await;
    let client = TestClient::start(world.ws(), &Backend::default()).await;
    let qr = client.qr().await;
    let scan = json!({ "qr": qr, "account": ann });
    world.post("/scan", scan).await;
    // The address book comes before the device calls itself connected.
    learns(&client, "Ben Before").await;
    client.connected().await;
    let contact = json!({ "phone": cleo, "name": "Cleo After" });
    world.post(&path, contact).await;
    learns(&client, "Cleo After").await;
    let listed = world.get(&path).await;
    assert_eq!(listed["contacts"].as_array().unwrap().len(), 2);
    client.stop().await;
}

#[actix_web::test]
async fn a_device_that_was_away_gets_many_patches_page_by_page_and_a_snapshot_for_too_many() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let path = format!("/accounts/{ann}/contacts");
    let (client, backend, _) = world.paired(&ann).await;
    client.stop().await;
    world.nobody_connected().await;
    let meets = async |numbers: std::ops::Range<u32>| {
        for number in numbers {
            let phone = format!("1555777{number:04}");
            let contact = json!({ "phone": phone, "name": format!("Person {number}") });
            world.post(&path, contact).await;
        }
    };
    meets(0..250).await;
    let client = TestClient::start(world.ws(), &backend).await;
    learns(&client, "Person 249").await;
    let page = async |client: &TestClient, version: u64| {
        let collection = NodeBuilder::new("collection")
            .attr("name", "critical_unblock_low")
            .attr("version", version);
        let sync = NodeBuilder::new("sync").children([collection.build()]);
        let answer = ask(client, iq("set", "w:sync:app:state", vec![sync.build()])).await;
        let collection = child(&child(&answer, "sync"), "collection");
        let patches = child(&collection, "patches");
        let snapshot = collection.get_optional_child("snapshot").is_some();
        let more = attr(&collection, "has_more_patches") == "true";
        (patches.get_children_by_tag("patch").count(), more, snapshot)
    };
    assert_eq!(page(&client, 0).await, (100, true, false));
    assert_eq!(page(&client, 200).await, (50, false, false));
    client.stop().await;
    world.nobody_connected().await;
    // More than is kept: a client with every check on starts again from the snapshot.
    meets(250..510).await;
    let client = TestClient::start(world.ws(), &backend).await;
    learns(&client, "Person 509").await;
    assert_eq!(page(&client, 0).await, (0, false, true));
    assert_eq!(page(&client, 460).await, (50, false, false));
    client.stop().await;
}

#[actix_web::test]
async fn a_device_of_the_account_is_told_when_another_comes_and_goes() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (first, _, _) = world.paired(&ann).await;
    let devices = |count: usize| {
        move |node: &wacore_binary::Node| {
            let devices = node.get_optional_child("devices")?;
            let told = node.attrs.get("type")?.as_str() == "account_sync"
                && devices.get_children_by_tag("device").count() == count;
            told.then_some(())
        }
    };
    let (second, _, jid) = world.paired(&ann).await;
    first.stanza("two devices and the phone", devices(3)).await;
    world.post("/kick", json!({ "jid": jid })).await;
    first.stanza("one device and the phone", devices(2)).await;
    first.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_setting_of_one_device_reaches_the_other_device_of_the_account() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (first, _, _) = world.paired(&ann).await;
    let (second, _, jid) = world.paired(&ann).await;
    assert_eq!(jid, format!("{ann}:2@s.whatsapp.net"));
    let chat = Jid::pn(ben.as_str());
    first.client.chat_actions().mute_chat(&chat).await.unwrap();
    second
        .event("mute", |event| {
            matches!(event, Event::MuteUpdate(_)).then_some(())
        })
        .await;
    // Each device writes on what the other wrote: versions and hashes agree.
    second
        .client
        .chat_actions()
        .unmute_chat(&chat)
        .await
        .unwrap();
    first
        .event("unmute", |event| {
            matches!(event, Event::MuteUpdate(_)).then_some(())
        })
        .await;
    first.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_device_that_was_away_is_told_that_its_settings_are_dirty_until_it_says_they_are_clean() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (client, backend, _) = world.paired(&ann).await;
    client.stop().await;
    let change = json!({ "name": "last", "value": "none" });
    world
        .post(&format!("/accounts/{ann}/privacy"), change)
        .await;
    let client = TestClient::start(world.ws(), &backend).await;
    let dirty = |node: &Node| {
        let dirty = node.get_optional_child("dirty")?;
        Some(attr(dirty, "type"))
    };
    assert_eq!(client.stanza("dirty", dirty).await, "account_sync");
    client.connected().await;
    let clean = NodeBuilder::new("clean")
        .attr("type", "account_sync")
        .build();
    ask(&client, iq("set", "urn:xmpp:whatsapp:dirty", vec![clean])).await;
    client.stop().await;
    world.nobody_connected().await;
    let client = TestClient::start(world.ws(), &backend).await;
    let first = client
        .stanza("first information", |node| {
            (node.tag == "ib").then(|| node.children().unwrap_or_default()[0].tag.to_string())
        })
        .await;
    assert_ne!(first, "dirty");
    client.stop().await;
}

#[actix_web::test]
async fn the_phone_shares_its_app_state_key_when_a_device_asks() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (client, backend, _) = world.paired(&ann).await;
    let (key_id, _) = state_key(&client, &backend).await;
    let ask_for = Message {
        protocol_message: MessageField::some(ProtocolMessage {
            r#type: Some(Type::APP_STATE_SYNC_KEY_REQUEST),
            app_state_sync_key_request: MessageField::some(AppStateSyncKeyRequest {
                key_ids: vec![AppStateSyncKeyId {
                    key_id: Some(key_id),
                }],
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let to = Jid::pn(ann.as_str());
    client.client.send_message(to, ask_for).await.unwrap();
    client
        .stanza("peer message", |node| {
            (node.tag == "message" && attr(node, "category") == "peer").then_some(())
        })
        .await;
    client.stop().await;
}

#[actix_web::test]
async fn a_snapshot_has_a_record_twice_when_a_fault_says_so() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (client, _, _) = world.paired(&ann).await;
    let records = async || {
        let collection = NodeBuilder::new("collection")
            .attr("name", "critical_block")
            .attr("return_snapshot", "true")
            .build();
        let sync = NodeBuilder::new("sync").children([collection]).build();
        let answer = ask(&client, iq("set", "w:sync:app:state", vec![sync])).await;
        let snapshot = child(&child(&child(&answer, "sync"), "collection"), "snapshot");
        let Some(NodeContent::Bytes(reference)) = snapshot.content else {
            panic!("a reference is bytes");
        };
        let reference = ExternalBlobReference::decode_from_slice(&reference).unwrap();
        let host = world.simulator.addresses().control.replace("/control", "");
        let file = reqwest::get(host + &reference.direct_path.unwrap()).await;
        let file = file.unwrap().bytes().await.unwrap();
        let key = reference.media_key.unwrap();
        let plain = open_media(&file, &key, "WhatsApp App State Keys");
        let snapshot = SyncdSnapshot::decode_from_slice(&plain).unwrap();
        (snapshot.records, snapshot.mac)
    };
    let (sound, mac) = records().await;
    world
        .fault(json!({ "jid": "*", "fault": "appstate_double_record", "times": 1 }))
        .await;
    let (mut spoilt, same_mac) = records().await;
    assert_eq!(mac, same_mac);
    assert_eq!(spoilt.pop().as_ref(), sound.first());
    assert_eq!(spoilt, sound);
    assert_eq!(records().await, (sound, mac));
    client.stop().await;
}
