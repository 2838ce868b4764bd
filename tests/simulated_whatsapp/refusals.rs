//! Messages that the real server refuses, by what their senders report.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, attr, post_status};

async fn acked(client: &TestClient, node: Node) -> Option<String> {
    let id = attr(&node, "id");
    client.client.send_node(node).await.unwrap();
    client.ack(&id).await
}

fn message(to: &Jid, id: &str) -> NodeBuilder {
    NodeBuilder::new("message")
        .attr("to", to.clone())
        .attr("id", id)
        .attr("type", "text")
}

fn enc(kind: &str) -> Node {
    NodeBuilder::new("enc")
        .attr("v", 2)
        .attr("type", kind)
        .bytes(vec![1, 2, 3])
        .build()
}

fn participants(devices: &[&Jid]) -> Node {
    let to = devices.iter().map(|jid| {
        let to = NodeBuilder::new("to").attr("jid", (*jid).clone());
        to.children([enc("msg")]).build()
    });
    NodeBuilder::new("participants").children(to).build()
}

#[actix_web::test]
async fn a_resend_that_says_it_twice_is_refused() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let ben = Jid::pn(ben.as_str());
    let status = Jid::status_broadcast();
    for (number, (to, kind)) in [
        (&ben, "pkmsg"),
        (&ben, "msg"),
        (&ben, "skmsg"),
        (&status, "pkmsg"),
    ]
    .into_iter()
    .enumerate()
    {
        let twice = message(to, &format!("TWICE{number}"))
            .children([enc(kind), participants(&[&ben])])
            .build();
        assert_eq!(acked(&client, twice).await.as_deref(), Some("479"));
    }
    let once = message(&ben, "ONCE").children([enc("msg")]);
    assert_eq!(acked(&client, once.build()).await, None);
    let named = message(&ben, "NAMED").children([participants(&[&ben])]);
    assert_eq!(acked(&client, named.build()).await, None);
    client.stop().await;
}

#[actix_web::test]
async fn a_chat_by_number_names_no_device_by_lid_and_the_other_way_round() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, own) = world.paired(&ann).await;
    let own: Jid = own.parse().unwrap();
    let phone = own.to_non_ad();
    let lid = world.lid(&ben).await;
    let own_lid = world.lid(&ann).await;
    let ben = Jid::pn(ben.as_str());
    for (id, to, named) in [
        ("TO", &ben, vec![&lid]),
        ("OWN", &lid, vec![&lid, &phone]),
        ("BOTH", &ben, vec![&ben, &own_lid]),
    ] {
        let mixed = message(to, id).children([participants(&named)]);
        let refused = acked(&client, mixed.build()).await;
        assert_eq!(refused.as_deref(), Some("400"), "{id}");
    }
    for (id, to, named) in [
        ("PN", &ben, vec![&ben, &phone]),
        ("LID", &lid, vec![&lid, &own_lid]),
    ] {
        let alike = message(to, id).children([participants(&named)]);
        assert_eq!(acked(&client, alike.build()).await, None, "{id}");
    }
    client.stop().await;
}

#[actix_web::test]
async fn a_revoke_may_say_whom_the_status_was_for_and_a_reaction_may_not() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    post_status(&client, "the audience is known", &[&ben]).await;
    let status = |id, kind| {
        let setting = NodeBuilder::new("meta").attr("status_setting", "contacts");
        NodeBuilder::new("message")
            .attr("to", Jid::status_broadcast())
            .attr("id", id)
            .attr("type", kind)
            .children([setting.build()])
    };
    let revoke = status("REVOKE", "text").attr("edit", 7).build();
    assert_eq!(acked(&client, revoke).await, None);
    let reaction = status("REACTION", "reaction").build();
    assert_eq!(acked(&client, reaction).await.as_deref(), Some("479"));
    client.stop().await;
}
