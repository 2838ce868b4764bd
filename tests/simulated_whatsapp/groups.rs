//! Groups: who is in them, and messages that are sealed once for all of their devices.

use serde_json::json;
use whatsapp_rust::Jid;

use crate::control::World;
use crate::messages::text_from;
use crate::settings::{attr, child};

#[actix_web::test]
async fn a_group_message_reaches_every_device_and_phone_of_its_members_and_nobody_else() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (cleo, dave) = (world.account("Cleo").await, world.account("Dave").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, ben_device) = world.paired(&ben).await;
    let members = json!({ "subject": "Three", "participants": [ann, ben, cleo] });
    let group = world.post("/groups", members).await["jid"].clone();
    let group: Jid = group.as_str().unwrap().parse().unwrap();
    let news = at_ben
        .stanza("group", |node| {
            (attr(node, "type") == "w:gp2").then(|| child(node, "create"))
        })
        .await;
    let members = child(&news, "group")
        .get_children_by_tag("participant")
        .count();
    assert_eq!(members, 3);
    let known = at_ann.client.groups().get_participating().await.unwrap();
    assert_eq!(known[&group].participants.len(), 3);
    let info = at_ann.client.groups().get_metadata(&group).await.unwrap();
    assert_eq!(info.subject, "Three");

    let sent = at_ann
        .client
        .send_text(group.clone(), "to all of you")
        .await
        .unwrap();
    assert_eq!(at_ann.ack(&sent.message_id).await, None);
    assert_eq!(text_from(&at_ben).await, "to all of you");
    for phone in [&ben, &cleo] {
        let received = world.received(phone, "to all of you").await;
        assert_eq!(received["chat"], group.to_string());
        assert_eq!(received["from"], format!("{ann}@s.whatsapp.net"));
    }
    let inbox = world.get(&format!("/accounts/{dave}/inbox")).await;
    assert_eq!(inbox["messages"], json!([]));

    // One that arrives spoilt is asked for again, by the device and by the phone.
    for jid in [ben_device, format!("{cleo}@s.whatsapp.net")] {
        world.post("/corrupt", json!({ "jid": jid })).await;
    }
    at_ann
        .client
        .send_text(group.clone(), "spoilt for two")
        .await
        .unwrap();
    assert_eq!(text_from(&at_ben).await, "spoilt for two");
    world.received(&cleo, "spoilt for two").await;

    // A phone writes to the group; who is not in it cannot.
    let inbound =
        |from: &str| json!({ "to": group.to_string(), "from": from, "text": "from a phone" });
    world.post("/inbound", inbound(&cleo)).await;
    assert_eq!(text_from(&at_ann).await, "from a phone");
    assert_eq!(text_from(&at_ben).await, "from a phone");
    let (status, _) = world.call("POST", "/inbound", inbound(&dave)).await;
    assert_eq!(status, 404);

    // A block is between two people, not between two members.
    let block = json!({ "jid": cleo });
    world
        .post(&format!("/accounts/{ann}/blocklist"), block)
        .await;
    world.post("/inbound", inbound(&cleo)).await;
    assert_eq!(text_from(&at_ann).await, "from a phone");
    assert_eq!(text_from(&at_ben).await, "from a phone");

    // Ben leaves: he is told, and gets nothing more.
    let path = format!("/groups/{group}/participants");
    let left = world.post(&path, json!({ "remove": [ben] })).await;
    assert_eq!(left["participants"].as_array().unwrap().len(), 2);
    at_ben
        .stanza("removal", |node| {
            node.get_optional_child("remove").map(|_| ())
        })
        .await;
    let sent = at_ben.client.send_text(group.clone(), "still here?").await;
    if let Ok(sent) = sent {
        assert_eq!(at_ben.ack(&sent.message_id).await.as_deref(), Some("403"));
    }
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_phones_group_message_that_arrives_spoilt_is_sent_again() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let members = json!({ "subject": "Two", "participants": [ben, ann] });
    let group = world.post("/groups", members).await["jid"].clone();
    for text in ["first", "second"] {
        world.post("/corrupt", json!({ "jid": jid })).await;
        let inbound = json!({ "to": group, "from": ben, "text": text });
        world.post("/inbound", inbound).await;
        assert_eq!(text_from(&client).await, text);
    }
    client.stop().await;
}
