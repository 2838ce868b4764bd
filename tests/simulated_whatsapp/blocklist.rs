//! Who is blocked is blocked for the phone and all devices.

use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{World, arrives, attr, iq, refused};

#[actix_web::test]
async fn a_user_who_is_blocked_on_the_phone_is_blocked_on_the_devices() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let path = format!("/accounts/{ann}/blocklist");
    world.post(&path, json!({ "jid": ben })).await;
    let lid = world.lid(&ben).await.to_string();
    let item = client
        .stanza("blocklist", |node| {
            let list = node.get_optional_child("blocklist")?;
            assert_ne!(attr(list, "dhash"), attr(list, "prev_dhash"));
            list.get_optional_child("item").cloned()
        })
        .await;
    assert_eq!(
        (attr(&item, "action"), attr(&item, "jid")),
        ("block".into(), lid.clone())
    );
    let blocked = client.client.blocking().get_blocklist().await.unwrap();
    assert_eq!(blocked.len(), 1);
    let by_number = NodeBuilder::new("item")
        .attr("action", "unblock")
        .attr("jid", Jid::pn(ben.as_str()));
    refused(
        &client,
        iq("set", "blocklist", vec![by_number.build()]),
        "400",
    )
    .await;
    let inbound = json!({ "to": ann, "from": ben, "text": "blocked" });
    world.post("/inbound", inbound).await;
    world
        .post(&path, json!({ "jid": lid, "action": "unblock" }))
        .await;
    arrives(&world, &client, &ann, &ben, "welcome back").await;
    client.stop().await;
}

#[actix_web::test]
async fn nothing_arrives_from_somebody_who_is_blocked() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let jid = Jid::pn(ben.as_str());
    client
        .client
        .contacts()
        .is_on_whatsapp(std::slice::from_ref(&jid))
        .await
        .unwrap();
    client.client.blocking().block(&jid).await.unwrap();
    let blocked = client.client.blocking().get_blocklist().await.unwrap();
    assert_eq!(blocked.len(), 1);
    let inbound = json!({ "to": ann, "from": ben, "text": "blocked" });
    world.post("/inbound", inbound.clone()).await;
    client.client.blocking().unblock(&jid).await.unwrap();
    arrives(&world, &client, &ann, &ben, "welcome back").await;
    let inbox = world.get(&format!("/accounts/{ann}/inbox")).await;
    assert_eq!(inbox["messages"].as_array().unwrap().len(), 1, "{inbox}");
    client.stop().await;
}
