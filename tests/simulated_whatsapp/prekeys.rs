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

#[actix_web::test]
async fn identities_are_told_without_using_up_a_key() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let (asking, _, _) = world.paired(&ben).await;
    let jids = [
        jid,
        format!("{ann}@s.whatsapp.net"),
        format!("{ann}:77@s.whatsapp.net"),
    ];
    let users = |tag: &'static str| {
        let users = jids.iter().map(|jid| {
            let jid: Jid = jid.parse().unwrap();
            NodeBuilder::new("user").attr("jid", jid).build()
        });
        iq(
            "get",
            "encrypt",
            vec![NodeBuilder::new(tag).children(users).build()],
        )
    };
    let before = world.get("/state").await["accounts"].clone();
    let identities = child(&ask(&asking, users("identity")).await, "list");
    assert_eq!(world.get("/state").await["accounts"], before);
    let bundles = child(&ask(&asking, users("key")).await, "list");
    let both = identities.get_children_by_tag("user");
    for (user, bundle) in both.zip(bundles.get_children_by_tag("user")).take(2) {
        assert_eq!(attr(user, "jid"), attr(bundle, "jid"));
        for tag in ["identity", "type"] {
            assert_eq!(child(user, tag).content, child(bundle, tag).content);
        }
    }
    let unknown = identities.get_children_by_tag("user").nth(2).unwrap();
    assert_eq!(attr(&child(unknown, "error"), "code"), "404");
    client.stop().await;
    asking.stop().await;
}
