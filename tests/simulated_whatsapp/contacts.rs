//! Finding people, and the address book of the phone on its devices.

use std::time::Duration;

use serde_json::json;
use wacore::store::traits::AppSyncStore;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use whatsapp_rust::Jid;

use crate::support::app_state::{fetch, state_key};
use crate::support::{PATIENCE, TestClient, World, ask, attr, child, iq, learns};

/// Somebody by a number as it was dialled.
fn dialled(text: &str) -> Node {
    let contact = NodeBuilder::new("contact").bytes(text.as_bytes());
    let contact = contact.build();
    NodeBuilder::new("user").children([contact]).build()
}

/// What the server knows of users: whether they are there, and their LID.
async fn found(client: &TestClient, users: Vec<Node>) -> Vec<Node> {
    let protocols = ["contact", "lid"].map(|protocol| NodeBuilder::new(protocol).build());
    let usync = NodeBuilder::new("usync").children([
        NodeBuilder::new("query").children(protocols).build(),
        NodeBuilder::new("list").children(users).build(),
    ]);
    let answer = ask(client, iq("get", "usync", vec![usync.build()])).await;
    let found = child(&child(&answer, "usync"), "list");
    found.get_children_by_tag("user").cloned().collect()
}

#[actix_web::test]
async fn somebody_who_is_dialled_by_another_number_is_named_by_the_one_that_whatsapp_knows() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let known = [
        ("556184567890", "5561984567890"),
        ("5561984567891", "556184567891"),
        ("5215512345678", "525512345678"),
        ("525512345679", "5215512345679"),
        ("5491123456789", "541123456789"),
        ("541123456780", "5491123456780"),
        // No rule of a country: the control request says so.
        ("22997123456", "2290197123456"),
        // Small countries have short numbers.
        ("3761234", "3761234"),
    ];
    for (number, asked) in known {
        world.post("/accounts", json!({ "phone": number })).await;
        if number.starts_with("229") {
            let path = format!("/accounts/{number}/also");
            let also = world.post(&path, json!({ "number": asked })).await;
            assert_eq!(also["also"], json!([asked]));
        }
    }
    let taken = json!({ "phone": "2290197123456" });
    assert_eq!(world.call("POST", "/accounts", taken).await.0, 409);
    for none in ["123456", "0123456789", "1234567890123456"] {
        let none = json!({ "phone": none });
        assert_eq!(world.call("POST", "/accounts", none).await.0, 400);
    }
    let (client, _, _) = world.paired(&ann).await;
    let asked = known.map(|(_, asked)| format!("+{asked}"));
    let users = asked.iter().map(|asked| dialled(asked)).collect();
    let answers = found(&client, users).await;
    assert_eq!(answers.len(), known.len());
    for ((answer, asked), (number, _)) in answers.iter().zip(&asked).zip(known) {
        assert_eq!(attr(answer, "jid"), format!("{number}@s.whatsapp.net"));
        let lid = world.lid(number).await.to_string();
        assert_eq!(attr(&child(answer, "lid"), "val"), lid);
        let contact = child(answer, "contact");
        assert_eq!(attr(&contact, "type"), "in");
        assert_eq!(contact.content_as_string().unwrap(), asked.as_str());
    }
    // Nobody is reached by a JID that WhatsApp does not know.
    let devices = NodeBuilder::new("user").attr("jid", Jid::pn("5561984567890"));
    let unknown = found(&client, vec![devices.build()]).await;
    assert_eq!(attr(&child(&unknown[0], "contact"), "type"), "out");
    client.stop().await;
}

#[actix_web::test]
async fn a_number_is_found_in_every_spelling_and_its_lid_only_by_number() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let lid = world.lid(&ben).await;
    let (client, _, _) = world.paired(&ann).await;
    let by_number = |text: String| dialled(&text);
    let users = vec![
        by_number(format!("+{ben}")),
        by_number(format!("+{ben}@c.us")),
        by_number("nobody@c.us".to_owned()),
        NodeBuilder::new("user").attr("jid", lid.clone()).build(),
    ];
    let found = found(&client, users).await;
    assert_eq!(found.len(), 3);
    for user in &found[..2] {
        assert_eq!(attr(user, "jid"), format!("{ben}@s.whatsapp.net"));
        assert_eq!(attr(&child(user, "lid"), "val"), lid.to_string());
    }
    assert_eq!(attr(&found[2], "jid"), lid.to_string());
    assert_eq!(attr(&found[2], "pn_jid"), format!("{ben}@s.whatsapp.net"));
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
    // A phone takes the record back rather than write that it is empty.
    let (key_id, keys) = state_key(&client, &backend).await;
    let collection = NodeBuilder::new("collection")
        .attr("name", "critical_unblock_low")
        .attr("version", 1);
    let patches = fetch(&client, collection.build()).await;
    let [mutation] = patches[0].mutations.as_slice() else {
        panic!("one contact is one mutation");
    };
    assert_eq!(mutation.operation.unwrap(), SyncdOperation::REMOVE);
    let index = keys.index_mac(&format!(r#"["contact","{ben}@s.whatsapp.net"]"#));
    assert_eq!(mutation.record.index.blob.as_deref(), Some(&index[..]));
    // Its value is sealed as that of a removal.
    keys.open_value(2, &key_id, mutation.record.value.blob.as_deref().unwrap());
    // The device follows: its hash is right only when the removal was applied.
    world
        .post(&path, json!({ "phone": ben, "name": "Ben Again" }))
        .await;
    learns(&client, "Ben Again").await;
    client.stop().await;
}
