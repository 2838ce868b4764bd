//! One-time keys: handed out once, and brought again when few are left.

use serde_json::Value;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{World, ask, attr, child, iq};

#[actix_web::test]
async fn few_one_time_keys_are_made_known_and_the_device_brings_more() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let (asking, _, _) = world.paired(&ben).await;
    let keys = |state: &Value| {
        let accounts = state["accounts"].as_array()?.iter();
        let mut devices =
            accounts.flat_map(|account| account["devices"].as_array().into_iter().flatten());
        devices.find(|device| device["jid"] == jid)?["one_time_keys"].as_u64()
    };
    let device: Jid = jid.parse().unwrap();
    let stock = keys(&world.get("/state").await).unwrap();
    for _ in 4..stock {
        let user = NodeBuilder::new("user").attr("jid", device.clone()).build();
        let key = NodeBuilder::new("key").children([user]).build();
        ask(&asking, iq("get", "encrypt", vec![key])).await;
    }
    let count = client
        .stanza("low pre-keys", |node| {
            let encrypt = node.tag == "notification" && attr(node, "type") == "encrypt";
            encrypt.then(|| attr(&child(node, "count"), "value"))
        })
        .await;
    assert_eq!(count, "4");
    world
        .eventually("more keys", "/state", |state| {
            (keys(state)? > 4).then_some(())
        })
        .await;
    client.stop().await;
    asking.stop().await;
}
