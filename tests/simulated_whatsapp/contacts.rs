//! Finding people, and the address book of the phone on its devices.

use std::time::Duration;

use serde_json::json;
use wacore::store::traits::AppSyncStore;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::support::{PATIENCE, World, ask, attr, child, iq, learns};

#[actix_web::test]
async fn a_number_is_found_in_every_spelling_and_its_lid_only_by_number() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let lid = world.lid(&ben).await;
    let (client, _, _) = world.paired(&ann).await;
    let by_number = |text: String| {
        let contact = NodeBuilder::new("contact").bytes(text.into_bytes()).build();
        NodeBuilder::new("user").children([contact]).build()
    };
    let users = vec![
        by_number(format!("+{ben}")),
        by_number(format!("+{ben}@c.us")),
        by_number("nobody@c.us".to_owned()),
        NodeBuilder::new("user").attr("jid", lid.clone()).build(),
    ];
    let protocols = ["contact", "lid"].map(|protocol| NodeBuilder::new(protocol).build());
    let usync = NodeBuilder::new("usync").children([
        NodeBuilder::new("query").children(protocols).build(),
        NodeBuilder::new("list").children(users).build(),
    ]);
    let answer = ask(&client, iq("get", "usync", vec![usync.build()])).await;
    let found = child(&child(&answer, "usync"), "list");
    let found: Vec<&Node> = found.get_children_by_tag("user").collect();
    assert_eq!(found.len(), 3);
    for user in &found[..2] {
        assert_eq!(attr(user, "jid"), format!("{ben}@s.whatsapp.net"));
        assert_eq!(attr(&child(user, "lid"), "val"), lid.to_string());
    }
    assert_eq!(attr(found[2], "jid"), lid.to_string());
    assert_eq!(attr(found[2], "pn_jid"), format!("{ben}@s.whatsapp.net"));
    assert!(found[2].get_optional_child("lid").is_none());
    client.stop().await;
}

#[actix_web::test]
async fn a_contact_that_the_phone_forgets_leaves_the_devices_too() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, backend, _) = world.paired(&ann).await;
    let path = format!("/accounts/{ann}/contacts");
    // Enough people at once for a patch in a file of its own.
    let mut people: Vec<_> = (0..300)
        .map(|n| json!({ "phone": format!("1555777{n:04}"), "name": format!("Person {n}") }))
        .collect();
    people.push(json!({ "phone": ben, "name": "Ben Last" }));
    let added = world.post(&path, json!(people)).await;
    assert_eq!(added["added"], 301);
    learns(&client, "Ben Last").await;
    let (status, _) = world
        .call("DELETE", &format!("{path}/{ben}"), json!(null))
        .await;
    assert_eq!(status, 204);
    // A client may pass over news that come while it is still busy with the last ones.
    let applied = async {
        let name = "critical_unblock_low";
        while backend.get_version(name).await.unwrap().version < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, applied).await.unwrap();
    // The device follows: its hash is right only when the removal was applied.
    world
        .post(&path, json!({ "phone": ben, "name": "Ben Again" }))
        .await;
    learns(&client, "Ben Again").await;
    client.stop().await;
}
