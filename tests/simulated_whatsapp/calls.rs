//! Calls as other clients meet them: what rings, and who hears that it does not any more.

use buffa::Message as _;
use serde_json::{Value, json};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::SyncActionData;
use waproto::whatsapp::call_log_record::CallResult;
use whatsapp_rust::Jid;

use crate::support::app_state::{fetch, state_key};
use crate::support::{TestClient, World, attr, child};

/// The stanza of a call with this signal.
async fn hears(client: &TestClient, signal: &str) -> Node {
    client
        .stanza(signal, |node| {
            let found = node.tag == "call" && node.get_optional_child(signal).is_some();
            found.then(|| node.clone())
        })
        .await
}

fn signal(tag: &'static str, offer: &Node) -> NodeBuilder {
    let named = |key| attr(offer, key);
    let creator: Jid = named("call-creator").parse().unwrap();
    NodeBuilder::new(tag)
        .attr("call-id", named("call-id"))
        .attr("call-creator", creator)
}

async fn sends(client: &TestClient, to: &str, id: &'static str, signal: Node) {
    let to: Jid = to.parse().unwrap();
    let call = NodeBuilder::new("call").attr("to", to).attr("id", id);
    let call = call.children([signal]).build();
    client.client.send_node(call).await.unwrap();
}

async fn acknowledged(client: &TestClient, id: &str) -> Node {
    client
        .stanza("the ack", |node| {
            (node.tag == "ack" && attr(node, "id") == id).then(|| node.clone())
        })
        .await
}

#[actix_web::test]
async fn a_phone_rings_and_a_client_declines() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (first, _, _) = world.paired(&ann).await;
    let (second, _, _) = world.paired(&ann).await;
    let path = format!("/accounts/{ben}/calls");
    world.post(&path, json!({ "to": ann, "video": true })).await;
    let call = hears(&first, "offer").await;
    let offer = child(&call, "offer");
    let lid = world.lid(&ben).await.to_string();
    assert_eq!(attr(&call, "from"), lid);
    assert_eq!(attr(&offer, "call-creator"), lid);
    assert_eq!(attr(&offer, "caller_pn"), format!("{ben}@s.whatsapp.net"));
    for needed in ["t", "platform", "version", "notify", "id"] {
        assert_ne!(attr(&call, needed), "", "{needed}");
    }
    let children: Vec<_> = offer.children().unwrap().iter().collect();
    let tags = children.iter().map(|child| child.tag.as_ref());
    assert_eq!(
        tags.collect::<Vec<_>>(),
        [
            "audio",
            "audio",
            "video",
            "net",
            "capability",
            "enc",
            "encopt"
        ]
    );
    hears(&second, "offer").await;

    let reject = signal("reject", &offer).attr("count", 0).build();
    sends(&first, &lid, "DECLINE1", reject).await;
    let ack = acknowledged(&first, "DECLINE1").await;
    assert_eq!(
        (attr(&ack, "class"), attr(&ack, "type")),
        ("call".to_owned(), "reject".to_owned())
    );
    let elsewhere = hears(&second, "reject").await;
    let own = world.lid(&ann).await;
    assert!(
        attr(&elsewhere, "from").starts_with(own.user.as_str()),
        "{elsewhere:?}"
    );
    let ends = hears(&second, "terminate").await;
    assert_eq!(attr(&ends, "from"), lid);
    assert_eq!(
        attr(&child(&ends, "terminate"), "reason"),
        "rejected_elsewhere"
    );
    let calls = world.get(&path).await;
    assert_eq!(calls["calls"][0]["state"], "rejected");
    assert_eq!(calls["calls"][0]["by"]["phone"], ann);
    first.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_client_calls_and_is_told_how_the_sound_would_go() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let (caller, callee) = (world.lid(&ann).await, world.lid(&ben).await.to_string());
    let audio = NodeBuilder::new("audio").attr("enc", "opus").build();
    let named = NodeBuilder::new("offer")
        .attr("call-id", "CALL1")
        .attr("call-creator", caller.clone());
    let offer = named.children([audio]).build();
    sends(&at_ann, &callee, "OFFER1", offer.clone()).await;
    let ack = acknowledged(&at_ann, "OFFER1").await;
    assert_eq!(attr(&ack, "type"), "offer");
    let relay = child(&ack, "relay");
    assert_eq!(attr(&relay, "call-id"), "CALL1");
    assert_eq!(attr(&relay, "call-creator"), caller.to_string());
    let rings = hears(&at_ben, "offer").await;
    assert!(attr(&rings, "from").starts_with(caller.user.as_str()));
    sends(
        &at_ann,
        &callee,
        "END1",
        signal("terminate", &offer).build(),
    )
    .await;
    let ends = child(&hears(&at_ben, "terminate").await, "terminate");
    assert_eq!(
        (attr(&ends, "call-id"), attr(&ends, "reason")),
        ("CALL1".to_owned(), String::new())
    );
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn what_became_of_a_call_is_in_the_log_of_who_called_alone() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, ann_keys, _) = world.paired(&ann).await;
    let (at_ben, ben_keys, _) = world.paired(&ben).await;
    let path = format!("/accounts/{ben}/calls");
    let touch = async |by: &str, id: &str, action: &str| {
        let path = format!("/accounts/{by}/calls/{id}");
        world.post(&path, json!({ "action": action })).await;
    };
    let begin = async || {
        let call = world.post(&path, json!({ "to": ann })).await;
        call["id"].as_str().unwrap().to_owned()
    };
    let (declined, taken, missed) = (begin().await, begin().await, begin().await);
    touch(&ann, &declined, "decline").await;
    touch(&ann, &taken, "accept").await;
    touch(&ann, &taken, "hang_up").await;
    touch(&ben, &missed, "give_up").await;

    let expected: [(String, CallResult); 3] = [
        (declined, CallResult::REJECTED),
        (taken, CallResult::CONNECTED),
        (missed, CallResult::CANCELLED),
    ];
    let (key_id, keys) = state_key(&at_ben, &ben_keys).await;
    let regular = || {
        let collection = NodeBuilder::new("collection").attr("name", "regular");
        collection.attr("version", 0).build()
    };
    let patches = fetch(&at_ben, regular()).await;
    let mutations = patches.iter().flat_map(|patch| &patch.mutations);
    let logged: Vec<(Value, CallResult)> = mutations
        .map(|mutation| {
            let blob = mutation.record.value.blob.as_deref().unwrap();
            let plain = keys.open_value(1, &key_id, blob);
            let data = SyncActionData::decode_from_slice(&plain).unwrap();
            let log = data.value.call_log_action.call_log_record.clone();
            assert_eq!(log.is_incoming, Some(false));
            let index = serde_json::from_slice(data.index.as_deref().unwrap()).unwrap();
            (index, log.call_result.unwrap())
        })
        .collect();
    let callee = world.lid(&ann).await.to_string();
    let expected = expected.map(|(id, result)| (json!(["call_log", callee, id, "1"]), result));
    assert_eq!(logged, expected);
    state_key(&at_ann, &ann_keys).await;
    assert!(fetch(&at_ann, regular()).await.is_empty());
    at_ann.stop().await;
    at_ben.stop().await;
}
