//! Presence and typing, for those who watch.

use whatsapp_rust::Jid;

use crate::support::{World, attr};

#[actix_web::test]
async fn typing_and_presence_reach_those_who_watch() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let to = Jid::pn(ben.as_str());
    at_ann.client.presence().subscribe(to).await.unwrap();
    at_ann
        .stanza("absent", |node| {
            (node.tag == "presence" && attr(node, "type") == "unavailable").then_some(())
        })
        .await;
    at_ben.client.presence().set_available().await.unwrap();
    at_ann
        .stanza("available", |node| {
            (node.tag == "presence" && attr(node, "type").is_empty()).then_some(())
        })
        .await;
    let chat = Jid::pn(ann.as_str());
    at_ben
        .client
        .chatstate()
        .send_composing(&chat)
        .await
        .unwrap();
    let from = at_ann
        .stanza("typing", |node| {
            let typing = node.tag == "chatstate" && node.get_optional_child("composing").is_some();
            typing.then(|| attr(node, "from"))
        })
        .await;
    assert_eq!(from, format!("{ben}@s.whatsapp.net"));
    at_ann.stop().await;
    at_ben.stop().await;
}
