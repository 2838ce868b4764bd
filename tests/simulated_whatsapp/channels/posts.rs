//! What is posted in channels, and what becomes of it.

use buffa::Message as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wacore_binary::Node;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::ImageMessage;
use whatsapp_rust::Jid;

use super::{comes, made, message, says, tag, text, told};
use crate::support::{TestClient, World, ask, attr, child, iq, refused};

fn to_channel(channel: &Jid, kind: &'static str, child: Node) -> Node {
    let mut iq = iq(kind, "newsletter", vec![child]);
    iq.attrs = iq
        .attrs
        .into_iter()
        .filter(|(key, _)| key != "to")
        .collect();
    iq.attrs.push("to", channel.clone());
    iq
}

/// What is told live of a post: its tallies.
async fn becomes(client: &TestClient, server_id: &str) -> Node {
    client
        .stanza("live updates", |node| {
            let updates = node.get_optional_child("live_updates")?;
            let messages = updates.get_optional_child("messages")?;
            let mut rows = messages.get_children_by_tag("message");
            rows.find(|row| attr(row, "server_id") == server_id)
                .cloned()
        })
        .await
}

#[actix_web::test]
async fn posts_are_numbered_passed_on_changed_and_counted() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let (channel, _) = made(&at_ann).await;
    let id = json!({ "newsletter_id": channel.to_string() });
    told(&at_ben, "24404358912487870", "xwa2_newsletter_join_v2", id).await;

    assert_eq!(
        says(&at_ben, message(&channel, "B1", "text"), text("mine"))
            .await
            .0,
        "403"
    );
    let (error, first) = says(&at_ann, message(&channel, "A1", "text"), text("one")).await;
    assert_eq!((error.as_str(), first.as_str()), ("", "100"));
    let came = comes(&at_ben, &channel).await;
    assert_eq!(
        (attr(&came, "id"), attr(&came, "server_id")),
        ("A1".to_owned(), first.clone())
    );
    let read = world.received(&ben, "one").await;
    assert_eq!(read["from"], json!(channel.to_string()));
    // The same one is not posted twice.
    assert_eq!(
        says(&at_ann, message(&channel, "A1", "text"), text("one"))
            .await
            .1,
        first
    );
    let (_, second) = says(&at_ann, message(&channel, "A2", "text"), text("two")).await;
    assert_eq!(second, "101");

    // Whoever wants to is told what becomes of posts, first of all there are.
    let watch = to_channel(&channel, "set", tag("live_updates").build());
    let watched = ask(&at_ann, watch).await;
    assert_eq!(attr(&child(&watched, "live_updates"), "duration"), "90");
    becomes(&at_ann, &second).await;
    let reaction = tag("reaction").attr("code", "👍").build();
    let reacts = message(&channel, "B2", "reaction").attr("server_id", first.as_str());
    assert_eq!(says(&at_ben, reacts, reaction).await.0, "");
    let tally = child(&becomes(&at_ann, &first).await, "reactions");
    let reaction = child(&tally, "reaction");
    assert_eq!(
        (attr(&reaction, "code"), attr(&reaction, "count")),
        ("👍".to_owned(), "1".to_owned())
    );
    let item = |number: &str| tag("item").attr("server_id", number.to_owned()).build();
    let list = tag("list")
        .children([item(&first), item(&second), item("999")])
        .build();
    let view = tag("receipt")
        .attr("to", channel.clone())
        .attr("type", "view")
        .attr("id", "V1");
    at_ben
        .client
        .send_node(view.children([list]).build())
        .await
        .unwrap();
    let ack = at_ben
        .stanza("ack", |node| {
            (attr(node, "id") == "V1").then(|| node.clone())
        })
        .await;
    assert_eq!(
        (attr(&ack, "class"), attr(&ack, "type")),
        ("receipt".to_owned(), "view".to_owned())
    );
    let tally = becomes(&at_ann, &second).await;
    assert_eq!(attr(&child(&tally, "views_count"), "count"), "1");
    let addons = tag("my_addons").attr("limit", 10).build();
    let addons = ask(&at_ben, iq("get", "newsletter", vec![addons])).await;
    let own = child(&child(&child(&addons, "my_addons"), "messages"), "message");
    assert_eq!(
        (
            attr(&own, "server_id"),
            attr(&child(&own, "reaction"), "code")
        ),
        (first.clone(), "👍".to_owned())
    );

    // An admin changes a post and takes one back, under their own ids.
    let edit = message(&channel, "A1", "text").attr("edit", "3");
    assert_eq!(
        says(&at_ann, edit, text("one, corrected")).await,
        (String::new(), first.clone())
    );
    world.received(&ben, "one, corrected").await;
    let revoke = message(&channel, "A2", "text").attr("edit", "8");
    assert_eq!(says(&at_ann, revoke, tag("plaintext").build()).await.0, "");
    let edit = message(&channel, "A2", "text").attr("edit", "3");
    assert_eq!(says(&at_ann, edit, text("again")).await.0, "404");
    let asked = tag("messages")
        .attr("type", "jid")
        .attr("jid", channel.clone())
        .attr("count", 10)
        .build();
    let answer = ask(&at_ben, iq("get", "newsletter", vec![asked])).await;
    let rows: Vec<Node> = child(&answer, "messages")
        .get_children_by_tag("message")
        .cloned()
        .collect();
    let numbers: Vec<String> = rows.iter().map(|row| attr(row, "server_id")).collect();
    assert_eq!(numbers, [first.as_str(), &second]);
    assert!(!attr(&child(&rows[0], "meta"), "msg_edit_t").is_empty());
    assert!(attr(&child(&rows[1], "meta"), "msg_edit_t").is_empty());
    let asked = tag("messages")
        .attr("count", 10)
        .attr("before", second.as_str())
        .build();
    let answer = ask(&at_ben, to_channel(&channel, "get", asked)).await;
    assert_eq!(
        child(&answer, "messages")
            .get_children_by_tag("message")
            .count(),
        1
    );
    let asked = tag("message_updates")
        .attr("count", 10)
        .attr("after", first.as_str())
        .build();
    let answer = ask(&at_ben, to_channel(&channel, "get", asked)).await;
    let updates = child(&child(&answer, "message_updates"), "messages");
    assert_eq!(updates.get_children_by_tag("message").count(), 1);
    let nobodys: Jid = "120363400000000000@newsletter".parse().unwrap();
    let watch = to_channel(&nobodys, "set", tag("live_updates").build());
    refused(&at_ben, watch, "404").await;
    assert_eq!(
        says(&at_ann, message(&nobodys, "N1", "text"), text("x"))
            .await
            .0,
        "404"
    );
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_file_has_to_be_uploaded_for_a_channel_and_named_by_its_handle() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (channel, _) = made(&at_ann).await;
    let path = format!("/channels/{channel}/followers");
    world
        .post(&path, json!({ "phone": ben, "role": "subscriber" }))
        .await;
    let file = b"a picture".to_vec();
    let hash = Sha256::digest(&file).to_vec();
    let image = |direct_path: Option<String>, media_key: Option<Vec<u8>>| {
        let image = ImageMessage {
            direct_path,
            media_key,
            file_sha256: Some(hash.clone()),
            ..Default::default()
        };
        let message = Message {
            image_message: buffa::MessageField::some(image),
            ..Default::default()
        };
        let plaintext = tag("plaintext").attr("mediatype", "image");
        plaintext.bytes(message.encode_to_vec()).build()
    };
    // As it is sent to chats.
    let sent = says(&at_ann, message(&channel, "M1", "media"), image(None, None)).await;
    assert_eq!(sent.0, "479");
    let connection = at_ann.client.refresh_media_conn(false).await.unwrap();
    let host = connection.hosts[0].hostname.clone();
    let token = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, &hash);
    let upload = async |kind: &str, token: &str, auth: &str| {
        let url = format!("http://{host}/newsletter/{kind}/{token}?auth={auth}&token={token}");
        let http = reqwest::Client::new();
        let answer = http.post(url).body(file.clone()).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap())
    };
    assert_eq!(upload("newsletter-image", &token, "nobody").await.0, 401);
    assert_eq!(
        upload("newsletter-nonsense", &token, &connection.auth)
            .await
            .0,
        404
    );
    assert_eq!(
        upload("newsletter-image", "wrong", &connection.auth)
            .await
            .0,
        400
    );
    let (status, answer) = upload("newsletter-image", &token, &connection.auth).await;
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let (path, handle) = (
        answer["direct_path"].as_str().unwrap(),
        answer["handle"].as_str().unwrap(),
    );
    let media =
        |id: &str, handle: &str| message(&channel, id, "media").attr("media_id", handle.to_owned());
    let with_key = image(Some(path.to_owned()), Some(vec![7; 32]));
    assert_eq!(says(&at_ann, media("M2", handle), with_key).await.0, "479");
    let right = image(Some(path.to_owned()), None);
    assert_eq!(
        says(&at_ann, media("M3", "unknown"), right.clone()).await.0,
        "479"
    );
    assert_eq!(says(&at_ann, media("M4", handle), right).await.0, "");
    let read = world.received_by_id(&ben, "M4").await;
    assert_eq!(read["media"]["sha256"], json!(hex::encode(&hash)));
    at_ann.stop().await;
}
