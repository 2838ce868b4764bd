//! Receipts: who is told of them, and how those of a crowd come.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde_json::json;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, arrives, ask, attr, iq, post_status};

/// Readers in one list, at most.
const LISTED: usize = 256;

/// Whom a receipt is from: one device, or the users of a list.
fn readers(receipt: &Node) -> Vec<String> {
    let user = |jid: String| jid.parse::<Jid>().unwrap().to_non_ad().to_string();
    let Some(list) = receipt.get_optional_child("participants") else {
        return vec![user(attr(receipt, "participant"))];
    };
    assert_eq!(attr(list, "key"), attr(receipt, "id"));
    let users = list.get_children_by_tag("user");
    let users: Vec<_> = users.map(|reader| user(attr(reader, "jid"))).collect();
    assert!(users.len() <= LISTED, "{} in a list", users.len());
    users
}

/// `CROWD=3000 cargo test … thousand` for the size that one status has to reach.
#[actix_web::test]
async fn a_status_to_a_thousand_reaches_each_once_and_its_receipts_come_in_lists() {
    let size: usize = std::env::var("CROWD").map_or(1000, |size| size.parse().unwrap());
    let world = World::start().await;
    let poster = world.account("Ann").await;
    let phones: Vec<String> = (0..size).map(|n| format!("1555700{n:04}")).collect();
    let accounts = phones
        .iter()
        .map(|phone| world.post("/accounts", json!({ "phone": phone })));
    let accounts = futures::stream::iter(accounts).buffer_unordered(16);
    assert_eq!(accounts.count().await, size);
    let (client, _, _) = world.paired(&poster).await;
    let to: Vec<&str> = phones.iter().map(String::as_str).collect();
    let id = post_status(&client, "to a crowd", &to).await;
    let (mut heard, mut receipts, mut acked) = (BTreeMap::<String, usize>::new(), 0, false);
    while heard.len() < size || !acked {
        let node = client
            .stanza("receipt", |node| {
                let about = attr(node, "id") == id && attr(node, "type").is_empty();
                let known = ["ack", "receipt"].contains(&node.tag.as_ref());
                (about && known).then(|| node.clone())
            })
            .await;
        if node.tag == "ack" {
            assert_eq!(attr(&node, "error"), "");
            acked = true;
            continue;
        }
        receipts += 1;
        for reader in readers(&node) {
            *heard.entry(reader).or_default() += 1;
        }
    }
    assert!(heard.values().all(|times| *times == 1), "{heard:?}");
    assert!(receipts < size / 10, "{receipts} receipts");
    for phone in &phones {
        let inbox = world.get(&format!("/accounts/{phone}/inbox")).await;
        assert_eq!(inbox["messages"].as_array().unwrap().len(), 1, "{inbox}");
        assert_eq!(inbox["messages"][0]["text"], "to a crowd");
    }
    // The connection is the one that there was, and it is answered.
    ask(&client, iq("get", "w:p", Vec::new())).await;
    let state = world.get("/state").await;
    assert_eq!(state["counters"]["logins"], 1, "{state}");
    assert_eq!(state["counters"]["undecryptable"], 0, "{state}");
    client.stop().await;
}

async fn reads(client: &TestClient, of: &str, id: &str, kind: &str) {
    let receipt = NodeBuilder::new("receipt")
        .attr("to", Jid::pn(of))
        .attr("id", id)
        .attr("type", kind)
        .build();
    client.client.send_node(receipt).await.unwrap();
}

#[actix_web::test]
async fn what_is_read_is_read_on_all_own_devices_and_told_to_the_author_only_when_it_may() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (reading, _, jid) = world.paired(&ann).await;
    let (other, _, _) = world.paired(&ann).await;
    let (author, _, _) = world.paired(&ben).await;
    arrives(&world, &reading, &ann, &ben, "read me").await;
    for (id, kind) in [("SECRET", "read-self"), ("OPEN", "read")] {
        reads(&reading, &ben, id, kind).await;
        let told = other
            .stanza(kind, |node| {
                (node.tag == "receipt" && attr(node, "id") == id).then(|| node.clone())
            })
            .await;
        assert_eq!(attr(&told, "from"), jid);
        assert_eq!(attr(&told, "recipient"), Jid::pn(ben.as_str()).to_string());
        assert_eq!(attr(&told, "type"), kind);
    }
    let told = author
        .stanza("read", |node| {
            (node.tag == "receipt" && attr(node, "type").starts_with("read"))
                .then(|| attr(node, "id"))
        })
        .await;
    assert_eq!(told, "OPEN");
    for client in [reading, other, author] {
        client.stop().await;
    }
}
