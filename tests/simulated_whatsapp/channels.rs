//! Channels: what several clients ask in several ways, what is posted, and who is told of what becomes of it.

mod posts;

use buffa::Message as _;
use serde_json::{Value, json};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, NodeContent};
use waproto::whatsapp::Message;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, ask, attr, child, iq};

fn tag(tag: &'static str) -> NodeBuilder {
    NodeBuilder::new(tag)
}

/// A query in JSON by the number that some client has for it; the answer.
async fn mex(client: &TestClient, number: &str, variables: Value) -> Value {
    let question = json!({ "variables": variables }).to_string();
    let query = tag("query").attr("query_id", number);
    let query = query.bytes(question.into_bytes()).build();
    let answer = ask(client, iq("get", "w:mex", vec![query])).await;
    let result = child(&answer, "result");
    match &result.content {
        Some(NodeContent::Bytes(bytes)) => serde_json::from_slice(bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// What is below the answer's own name.
async fn told(client: &TestClient, number: &str, key: &str, variables: Value) -> Value {
    let answer = mex(client, number, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"][key].clone()
}

/// The code of a refusal, which is an answer, too.
async fn code(client: &TestClient, number: &str, variables: Value) -> Value {
    let answer = mex(client, number, variables).await;
    answer["errors"][0]["extensions"]["error_code"].clone()
}

async fn made(client: &TestClient) -> (Jid, Value) {
    let input = json!({ "input": { "name": "News", "description": "What is new" } });
    let made = told(client, "25149874324715067", "xwa2_newsletter_create", input).await;
    (made["id"].as_str().unwrap().parse().unwrap(), made)
}

fn text(text: &str) -> Node {
    let message = Message {
        conversation: Some(text.to_owned()),
        ..Default::default()
    };
    tag("plaintext").bytes(message.encode_to_vec()).build()
}

/// Sends it; the error and the number that the server's word on it has.
async fn says(client: &TestClient, message: NodeBuilder, child: Node) -> (String, String) {
    let message = message.children([child]).build();
    let id = attr(&message, "id");
    client.client.send_node(message).await.unwrap();
    client
        .stanza("ack", |node| {
            let mine = node.tag == "ack" && attr(node, "id") == id;
            mine.then(|| (attr(node, "error"), attr(node, "server_id")))
        })
        .await
}

fn message(channel: &Jid, id: &str, kind: &str) -> NodeBuilder {
    tag("message")
        .attr("to", channel.clone())
        .attr("id", id)
        .attr("type", kind)
}

/// The next message of a channel that comes to a device.
async fn comes(client: &TestClient, channel: &Jid) -> Node {
    let from = channel.to_string();
    client
        .stanza("a post", |node| {
            let post = node.tag == "message" && attr(node, "from") == from;
            post.then(|| node.clone())
        })
        .await
}

#[actix_web::test]
async fn what_several_clients_ask_in_several_ways_is_understood() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let (channel, made) = made(&at_ann).await;
    assert_eq!(made["state"], json!({ "type": "ACTIVE" }));
    let thread = &made["thread_metadata"];
    assert_eq!(thread["subscribers_count"], "1");
    assert!(
        thread["picture"].is_object() && thread["preview"].is_object(),
        "{made}"
    );
    assert_eq!(made["viewer_metadata"]["role"], "OWNER");
    let older = json!({ "newsletter_input": { "name": "Older", "description": "" } });
    told(&at_ann, "6234210096708695", "xwa2_newsletter_create", older).await;
    assert_eq!(
        code(
            &at_ann,
            "8823471724422422",
            json!({ "input": { "name": "" } })
        )
        .await,
        400
    );

    let id = json!({ "newsletter_id": channel.to_string() });
    let by_jid =
        json!({ "input": { "key": channel.to_string(), "type": "JID", "view_role": "GUEST" } });
    let by_code = json!({ "input": { "key": thread["invite"], "type": "INVITE" } });
    for (number, variables) in [
        ("6563316087068696", &by_jid),
        ("27456920720571478", &by_code),
        ("1", &by_code),
    ] {
        let found = told(&at_ben, number, "xwa2_newsletter", variables.clone()).await;
        assert_eq!(found["id"], json!(channel.to_string()));
        assert_eq!(found["viewer_metadata"]["role"], "GUEST");
    }
    let nobody = json!({ "input": { "key": "120363400000000000@newsletter", "type": "JID" } });
    let none = told(&at_ben, "27456920720571478", "xwa2_newsletter", nobody).await;
    let expected = json!({ "id": null, "state": { "type": "NON_EXISTING" }, "thread_metadata": null, "viewer_metadata": null });
    assert_eq!(none, expected);

    for (follow, unfollow) in [
        ("9926858900719341", "6392786840836363"),
        ("24404358912487870", "9767147403369991"),
    ] {
        let joined = told(&at_ben, follow, "xwa2_newsletter_join_v2", id.clone()).await;
        assert_eq!(joined["viewer_metadata"]["role"], "SUBSCRIBER");
        let listed = told(
            &at_ben,
            "6388546374527196",
            "xwa2_newsletter_subscribed",
            json!({}),
        )
        .await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert!(listed[0]["thread_metadata"]["picture"].is_null());
        assert!(
            listed[0]["thread_metadata"]
                .get("subscribers_count")
                .is_none()
        );
        told(&at_ben, unfollow, "xwa2_newsletter_leave_v2", id.clone()).await;
    }
    assert_eq!(code(&at_ann, "9767147403369991", id.clone()).await, 403);
    told(
        &at_ben,
        "24404358912487870",
        "xwa2_newsletter_join_v2",
        id.clone(),
    )
    .await;
    let mutes = [
        (
            "6274038279359549",
            "xwa2_newsletter_mute_v2",
            id.clone(),
            "ON",
        ),
        (
            "9864994326891137",
            "xwa2_newsletter_unmute_v2",
            id.clone(),
            "OFF",
        ),
        (
            "31938993655691868",
            "xwa2_newsletter_update_user_setting",
            json!({ "input": { "newsletter_id": channel.to_string(), "type": "MUTE_FOLLOWER_ACTIVITY", "value": "ON" } }),
            "ON",
        ),
    ];
    for (number, key, variables, mute) in mutes {
        let muted = told(&at_ben, number, key, variables).await;
        assert_eq!(muted["viewer_metadata"]["mute"], mute);
        assert_eq!(muted["viewer_metadata"]["settings"][0]["value"], mute);
    }
    let update = json!({ "newsletter_id": channel.to_string(), "updates": { "name": "Renamed" } });
    assert_eq!(
        code(&at_ben, "24250201037901610", update.clone()).await,
        403
    );
    let updated = told(
        &at_ann,
        "7150902998257522",
        "xwa2_newsletter_update",
        update,
    )
    .await;
    assert_eq!(updated["thread_metadata"]["name"]["text"], "Renamed");
    let admins = told(
        &at_ann,
        "7130823597031706",
        "xwa2_newsletter_admin",
        id.clone(),
    )
    .await;
    assert_eq!(admins["admin_count"], 1);
    let followers = told(
        &at_ann,
        "9783111038412085",
        "xwa2_newsletter_subscribers",
        id.clone(),
    )
    .await;
    assert_eq!(followers["subscribers"], 2);
    let mut with_ben = id.clone();
    with_ben["user_id"] = json!(world.lid(&ben).await.to_string());
    assert_eq!(
        code(&at_ben, "7341777602580933", with_ben.clone()).await,
        403
    );
    told(
        &at_ann,
        "9546742745432473",
        "xwa2_newsletter_change_owner",
        with_ben,
    )
    .await;
    assert_eq!(code(&at_ann, "30062808666639665", id.clone()).await, 403);
    let deleted = told(
        &at_ben,
        "30062808666639665",
        "xwa2_newsletter_delete_v2",
        id.clone(),
    )
    .await;
    assert_eq!(deleted["state"]["type"], "DELETED");
    assert_eq!(code(&at_ann, "24404358912487870", id).await, 404);
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn other_devices_of_the_account_are_told_and_all_of_it_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_on(Some(folder.path().to_owned())).await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (first, _, _) = world.paired(&ben).await;
    let (second, backend, _) = world.paired(&ben).await;
    let (channel, _) = made(&at_ann).await;
    let id = json!({ "newsletter_id": channel.to_string() });
    let news = async |key: &'static str| {
        second
            .stanza(key, |node| {
                let update = node.get_optional_child("update")?;
                let Some(NodeContent::Bytes(bytes)) = &update.content else {
                    return None;
                };
                let answer: Value = serde_json::from_slice(bytes).ok()?;
                let data = answer["data"].get(format!("xwa2_notify_newsletter_{key}"))?;
                Some((attr(update, "op_name"), data.clone()))
            })
            .await
    };
    told(
        &first,
        "24404358912487870",
        "xwa2_newsletter_join_v2",
        id.clone(),
    )
    .await;
    let (operation, joined) = news("on_join").await;
    assert_eq!(operation, "NotificationNewsletterJoin");
    assert_eq!(joined["id"], json!(channel.to_string()));
    told(
        &first,
        "6274038279359549",
        "xwa2_newsletter_mute_v2",
        id.clone(),
    )
    .await;
    let (operation, muted) = news("on_mute_change").await;
    assert_eq!(
        (operation.as_str(), &muted["mute"]),
        ("NotificationNewsletterUserSettingChange", &json!("ON"))
    );
    assert_eq!(
        says(&at_ann, message(&channel, "A1", "text"), text("kept"))
            .await
            .0,
        ""
    );
    comes(&second, &channel).await;
    let terms = format!("/accounts/{ann}/channel-terms");
    world.post(&terms, json!({ "accepted": false })).await;
    let another = json!({ "input": { "name": "Another" } });
    assert_eq!(
        code(&at_ann, "25149874324715067", another.clone()).await,
        403
    );
    let notice = tag("notice").attr("id", "20601218").build();
    let request = tag("request").children([notice.clone()]).build();
    let state = ask(&at_ann, iq("get", "tos", vec![request])).await;
    assert_eq!(
        attr(&child(&child(&state, "tos"), "notice"), "state"),
        "false"
    );
    ask(&at_ann, iq("set", "tos", vec![notice])).await;
    told(
        &at_ann,
        "25149874324715067",
        "xwa2_newsletter_create",
        another,
    )
    .await;
    for client in [at_ann, first, second] {
        client.stop().await;
    }
    world.simulator.stop().await;

    let world = World::start_on(Some(folder.path().to_owned())).await;
    let posts = world.get(&format!("/channels/{channel}/posts")).await;
    assert_eq!(
        (&posts["posts"][0]["server_id"], &posts["posts"][0]["id"]),
        (&json!(100), &json!("A1"))
    );
    let posted = world
        .post(
            &format!("/channels/{channel}/posts"),
            json!({ "text": "more" }),
        )
        .await;
    assert_eq!(posted["server_id"], 101);
    let again = TestClient::start(world.ws(), &backend).await;
    again.connected().await;
    let followed = told(
        &again,
        "25399611239711790",
        "xwa2_newsletter_subscribed",
        json!({}),
    )
    .await;
    assert_eq!(followed[0]["viewer_metadata"]["mute"], "ON");
    told(&again, "9767147403369991", "xwa2_newsletter_leave_v2", id).await;
    let known = world.get("/channels").await;
    assert_eq!(known["channels"].as_array().unwrap().len(), 2, "{known}");
    again.stop().await;
}
