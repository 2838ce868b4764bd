//! Who is blocked is blocked for the phone and all devices.

use serde_json::json;
use wacore_binary::Server;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{World, arrives, ask, attr, child, iq, refused, text_from};

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

#[actix_web::test]
async fn who_is_blocked_is_named_by_lid_and_number_or_as_somebody_without_one() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let stranger = json!({ "name": "Stranger", "hidden": true });
    let stranger = world.post("/accounts", stranger).await;
    let stranger: Jid = stranger["lid"].as_str().unwrap().parse().unwrap();
    let (client, _, _) = world.paired(&ann).await;
    let (own, ben_lid) = (world.lid(&ann).await, world.lid(&ben).await);
    let block = |lid: &Jid| {
        NodeBuilder::new("item")
            .attr("action", "block")
            .attr("jid", lid.clone())
    };
    let set = |item: NodeBuilder| iq("set", "blocklist", vec![item.build()]);
    let (ben, ann) = (Jid::pn(ben.as_str()), Jid::pn(ann.as_str()));
    for refusal in [
        block(&ben_lid),
        block(&ben_lid).attr("pn_jid", ann.clone()),
        block(&ben_lid)
            .attr("pn_jid", ben.clone())
            .attr("unknown_identifier", "true"),
        block(&stranger),
        // Nobody blocks themselves.
        block(&own).attr("pn_jid", ann.clone()),
    ] {
        refused(&client, set(refusal), "400").await;
    }
    let taken = block(&ben_lid).attr("pn_jid", ben.clone());
    ask(&client, set(taken)).await;
    let taken = block(&stranger).attr("unknown_identifier", "true");
    ask(&client, set(taken)).await;
    let get = NodeBuilder::new("iq")
        .attr("to", Jid::new("", Server::Pn))
        .attr("type", "get")
        .attr("xmlns", "blocklist");
    let list = child(&ask(&client, get.build()).await, "list");
    let mut items: Vec<_> = list
        .get_children_by_tag("item")
        .map(|item| (attr(item, "jid"), attr(item, "pn_jid")))
        .collect();
    let mut expected = vec![
        (ben_lid.to_string(), ben.to_string()),
        (stranger.to_string(), String::new()),
    ];
    items.sort();
    expected.sort();
    assert_eq!(items, expected);
    let own = format!("/accounts/{}/blocklist", ann.user);
    let own = world.call("POST", &own, json!({ "jid": ann.user })).await;
    assert_eq!(own.0, 400, "{}", own.1);
    client.stop().await;
}

#[actix_web::test]
async fn a_stranger_who_hides_the_number_is_known_by_lid_only() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let stranger = json!({ "name": "Stranger", "hidden": true });
    let stranger = world.post("/accounts", stranger).await;
    let phone = stranger["phone"].as_str().unwrap();
    let lid = stranger["lid"].as_str().unwrap();
    let (client, _, _) = world.paired(&ann).await;
    let inbound = json!({ "to": ann, "from": lid, "text": "who am I?" });
    world.post("/inbound", inbound).await;
    let message = client
        .stanza("message", |node| {
            (node.tag == "message" && attr(node, "category").is_empty()).then(|| node.clone())
        })
        .await;
    assert_eq!(attr(&message, "from"), lid);
    assert_eq!(text_from(&client).await, "who am I?");
    // Whatever the server says of them, the number is not in it.
    assert!(!format!("{message:?}").contains(phone), "{message:?}");
    let reply = client
        .client
        .send_text(lid.parse::<Jid>().unwrap(), "no idea");
    reply.await.unwrap();
    let receipt = client
        .stanza("receipt", |node| {
            (node.tag == "receipt" && attr(node, "from").starts_with(lid)).then(|| node.clone())
        })
        .await;
    assert!(!format!("{receipt:?}").contains(phone), "{receipt:?}");
    let user = NodeBuilder::new("user").attr("jid", lid.parse::<Jid>().unwrap());
    let usync = NodeBuilder::new("usync").children([
        NodeBuilder::new("query")
            .children([NodeBuilder::new("lid").build()])
            .build(),
        NodeBuilder::new("list").children([user.build()]).build(),
    ]);
    let told = ask(&client, iq("get", "usync", vec![usync.build()])).await;
    assert!(!format!("{told:?}").contains(phone), "{told:?}");
    world.received(phone, "no idea").await;
    client.stop().await;
}
