//! What becomes of a message's stanza on its way: what goes along, what the server keeps, and what it swallows.

use std::collections::BTreeSet;

use serde_json::json;
use wacore::types::events::Event;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, arrives, attr, child};

fn message(to: &Jid, id: &str, kind: &'static str) -> NodeBuilder {
    NodeBuilder::new("message")
        .attr("to", to.clone())
        .attr("id", id)
        .attr("type", kind)
}

fn enc() -> NodeBuilder {
    NodeBuilder::new("enc")
        .attr("v", 2)
        .attr("type", "msg")
        .bytes(vec![1, 2, 3])
}

fn participants(devices: &[&Jid], enc: &Node) -> Node {
    let to = devices.iter().map(|jid| {
        let to = NodeBuilder::new("to").attr("jid", (*jid).clone());
        to.children([enc.clone()]).build()
    });
    NodeBuilder::new("participants").children(to).build()
}

async fn acked(client: &TestClient, node: Node) -> Option<String> {
    let id = attr(&node, "id");
    client.client.send_node(node).await.unwrap();
    client.ack(&id).await
}

async fn next_message(client: &TestClient) -> Node {
    let is_message = |node: &Node| (node.tag == "message").then(|| node.clone());
    client.stanza("message", is_message).await
}

#[actix_web::test]
async fn media_of_no_type_and_payments_are_acknowledged_and_reach_nobody() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, device) = world.paired(&ben).await;
    let device: Jid = device.parse().unwrap();
    let to = device.to_non_ad();
    let plain = enc().build();
    for (id, kind) in [
        ("MEDIA", "media"),
        ("PAY", "pay"),
        ("NOTIFY", "medianotify"),
    ] {
        let lost = message(&to, id, kind).children([participants(&[&device], &plain)]);
        assert_eq!(acked(&at_ann, lost.build()).await, None, "{id}");
    }
    let image = enc().attr("mediatype", "image").build();
    let kept = message(&to, "IMAGE", "media").children([participants(&[&device], &image)]);
    assert_eq!(acked(&at_ann, kept.build()).await, None);
    let arrived = next_message(&at_ben).await;
    assert_eq!(attr(&arrived, "id"), "IMAGE");
    assert_eq!(attr(&child(&arrived, "enc"), "mediatype"), "image");
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn what_is_said_of_a_message_goes_along_and_what_is_for_the_server_does_not() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, device) = world.paired(&ben).await;
    let device: Jid = device.parse().unwrap();
    let to = device.to_non_ad();
    let hidden = enc().attr("decrypt-fail", "hide").build();
    let list = NodeBuilder::new("list")
        .attr("v", 2)
        .attr("type", "product_list");
    let token = |content: &[u8]| {
        NodeBuilder::new("reporting_token")
            .attr("v", 2)
            .bytes(content.to_vec())
            .build()
    };
    let parts = [
        participants(&[&device], &hidden),
        NodeBuilder::new("meta")
            .attr("polltype", "vote")
            .attr("status_setting", "contacts")
            .build(),
        NodeBuilder::new("biz").children([list.build()]).build(),
        NodeBuilder::new("bot").attr("biz_bot", 1).build(),
        NodeBuilder::new("reporting")
            .children([token(&[7])])
            .build(),
        NodeBuilder::new("tctoken").bytes(vec![7; 11]).build(),
    ];
    let sent = message(&to, "PARTS", "poll")
        .attr("edit", 7)
        .children(parts);
    assert_eq!(acked(&at_ann, sent.build()).await, None);
    let arrived = next_message(&at_ben).await;
    assert_eq!(
        (attr(&arrived, "type"), attr(&arrived, "edit")),
        ("poll".into(), "7".into())
    );
    assert_eq!(attr(&child(&arrived, "enc"), "decrypt-fail"), "hide");
    let meta = child(&arrived, "meta");
    assert_eq!(
        (attr(&meta, "polltype"), attr(&meta, "status_setting")),
        ("vote".into(), String::new())
    );
    assert_eq!(
        attr(&child(&child(&arrived, "biz"), "list"), "type"),
        "product_list"
    );
    assert_eq!(attr(&child(&arrived, "bot"), "biz_bot"), "1");
    for kept in ["reporting", "tctoken", "participants"] {
        assert!(
            arrived.get_optional_child(kept).is_none(),
            "{kept}: {arrived:?}"
        );
    }

    // A report tag that is no bytes, and a token where no stranger is written to.
    let tag = NodeBuilder::new("reporting_token").attr("v", 2).build();
    let tag = NodeBuilder::new("reporting").children([tag]).build();
    let sent = message(&to, "TAG", "text").children([enc().build(), tag]);
    assert_eq!(acked(&at_ann, sent.build()).await.as_deref(), Some("479"));
    let token = NodeBuilder::new("tctoken").bytes(vec![7; 11]).build();
    let peer = message(&Jid::pn(ann.as_str()), "PEER", "text").attr("category", "peer");
    let peer = peer.children([enc().build(), token]);
    assert_eq!(acked(&at_ann, peer.build()).await.as_deref(), Some("479"));
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_group_is_written_to_in_its_own_names() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let lid = world.lid(&ben).await;
    let pn = Jid::pn(ben.as_str());
    let own_lid = world.lid(&ann).await;
    for (by_number, right, wrong) in [(false, &lid, &pn), (true, &pn, &lid)] {
        let body = json!({ "subject": "We", "participants": [ann, ben], "by_number": by_number });
        let made = world.post("/groups", body).await;
        let group: Jid = made["jid"].as_str().unwrap().parse().unwrap();
        let (own, other) = if by_number {
            ("pn", "lid")
        } else {
            ("lid", "pn")
        };
        let key = enc().build();
        let sealed = NodeBuilder::new("enc")
            .attr("v", 2)
            .attr("type", "skmsg")
            .bytes(vec![1])
            .build();
        let send = |id: &str, mode: Option<&str>, named: &[&Jid]| {
            let node = message(&group, &format!("{id}{own}"), "text");
            let node = match mode {
                Some(mode) => node.attr("addressing_mode", mode),
                None => node,
            };
            acked(
                &client,
                node.children([participants(named, &key), sealed.clone()])
                    .build(),
            )
        };
        assert_eq!(send("RIGHT", Some(own), &[right]).await, None);
        assert_eq!(send("UNSAID", None, &[right]).await, None);
        let refused = [
            send("NAMES", Some(own), &[wrong]).await,
            send("MODE", Some(other), &[right]).await,
            send("MIXED", None, &[&pn, &own_lid]).await,
        ];
        for refused in refused {
            assert_eq!(refused.as_deref(), Some("421"));
        }
    }
    client.stop().await;
}

#[actix_web::test]
async fn who_may_begin_no_chats_is_told_until_when() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (cleo, dave) = (world.account("Cleo").await, world.account("Dave").await);
    world
        .post(
            &format!("/accounts/{ann}/contacts"),
            json!({ "phone": cleo }),
        )
        .await;
    let (client, _, _) = world.paired(&ann).await;
    let lock = || async { client.client.mex().fetch_reachout_timelock().await.unwrap() };
    assert_eq!(lock().await.is_active, Some(false));
    let jid = format!("{ann}@s.whatsapp.net");
    let until = chrono::Utc::now().timestamp() + 3600;
    world
        .fault(json!({ "jid": jid, "fault": "reach_out_locked", "until": until }))
        .await;
    // Its devices are told without asking.
    let active = client.event("a restriction", |event| match event {
        Event::MexNotification(update) => {
            let lock = &update.payload["data"]["xwa2_notify_account_reachout_timelock"];
            lock["is_active"].as_bool()
        }
        _ => None,
    });
    assert!(active.await);
    let told = lock().await;
    assert_eq!(
        (told.is_active, told.time_enforcement_ends),
        (Some(true), Some(until.to_string()))
    );
    arrives(&world, &client, &ann, &dave, "hello Ann").await;
    // A stranger; somebody in the address book; somebody who has written.
    for (to, expected) in [(&ben, Some("463")), (&cleo, None), (&dave, None)] {
        let sent = client
            .client
            .send_text(Jid::pn(to.as_str()), "hello")
            .await
            .unwrap();
        assert_eq!(
            client.ack(&sent.message_id).await.as_deref(),
            expected,
            "{to}"
        );
    }
    // It is over.
    world.call("DELETE", "/faults", json!(null)).await;
    world
        .fault(json!({ "jid": jid, "fault": "reach_out_locked", "until": until - 7200 }))
        .await;
    assert_eq!(lock().await.is_active, Some(false));
    let sent = client
        .client
        .send_text(Jid::pn(ben.as_str()), "hello")
        .await
        .unwrap();
    assert_eq!(client.ack(&sent.message_id).await, None);
    client.stop().await;
}

#[actix_web::test]
async fn receipts_of_a_group_come_singly_from_a_handful_and_in_a_list_from_many() {
    let world = World::start().await;
    let author = world.account("Ann").await;
    let mut members = vec![author.clone()];
    for number in 0..20 {
        members.push(world.account(&format!("Member {number}")).await);
    }
    let group = world
        .post(
            "/groups",
            json!({ "subject": "We", "participants": members }),
        )
        .await;
    let group: Jid = group["jid"].as_str().unwrap().parse().unwrap();
    let (client, _, _) = world.paired(&author).await;
    let sent = client
        .client
        .send_text(group.clone(), "to all of us")
        .await
        .unwrap();
    let (mut singly, mut listed) = (BTreeSet::new(), BTreeSet::new());
    while singly.len() + listed.len() < 20 {
        let receipt = client
            .stanza("receipt", |node| {
                let about = node.tag == "receipt" && attr(node, "id") == sent.message_id;
                (about && attr(node, "type").is_empty()).then(|| node.clone())
            })
            .await;
        assert_eq!(attr(&receipt, "from"), group.to_string());
        match receipt.get_optional_child("participants") {
            None => drop(singly.insert(attr(&receipt, "participant"))),
            Some(list) => {
                assert_eq!(attr(list, "key"), sent.message_id);
                listed.extend(
                    list.get_children_by_tag("user")
                        .map(|user| attr(user, "jid")),
                );
            }
        }
    }
    assert_eq!((singly.len(), listed.len()), (5, 15));
    assert!(singly.is_disjoint(&listed));
    client.stop().await;
}

#[actix_web::test]
async fn what_is_read_in_a_group_is_read_on_all_own_devices_by_the_names_of_the_group() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let group = world
        .post(
            "/groups",
            json!({ "subject": "We", "participants": [ann, ben] }),
        )
        .await;
    let group: Jid = group["jid"].as_str().unwrap().parse().unwrap();
    let (reading, _, jid) = world.paired(&ann).await;
    let (other, _, _) = world.paired(&ann).await;
    let (author, _, _) = world.paired(&ben).await;
    let (author_lid, mut own) = (world.lid(&ben).await, world.lid(&ann).await);
    own.device = jid.parse::<Jid>().unwrap().device;
    for (id, kind) in [("SECRET", "played-self"), ("OPEN", "played")] {
        let receipt = NodeBuilder::new("receipt")
            .attr("to", group.clone())
            .attr("participant", author_lid.clone())
            .attr("id", id)
            .attr("type", kind);
        reading.client.send_node(receipt.build()).await.unwrap();
        let told = other
            .stanza(kind, |node| {
                (node.tag == "receipt" && attr(node, "id") == id).then(|| node.clone())
            })
            .await;
        assert_eq!(attr(&told, "from"), group.to_string());
        assert_eq!(attr(&told, "participant"), own.to_string());
        assert_eq!(attr(&told, "recipient"), author_lid.to_string());
        assert_eq!(attr(&told, "type"), kind);
    }
    let told = author
        .stanza("played", |node| {
            let played = node.tag == "receipt" && attr(node, "type").starts_with("played");
            played.then(|| (attr(node, "id"), attr(node, "participant")))
        })
        .await;
    assert_eq!(told, ("OPEN".to_owned(), own.to_string()));
    for client in [reading, other, author] {
        client.stop().await;
    }
}
