//! POST /send/reaction

use serde_json::json;

use super::Chat;
use crate::support::until_ok;

const PATH: &str = "/send/reaction";

#[tokio::test]
async fn a_reaction_names_its_message_and_can_be_taken_back() {
    let chat = Chat::open().await;
    let id = chat
        .world
        .control
        .send_text(&chat.ada, &chat.phone, "Is my order ready?")
        .await;
    for emoji in ["👍", ""] {
        let body = json!({ "number": chat.ada, "messageId": id, "reaction": emoji });
        let (sent, read) = chat.send(PATH, body).await;
        assert_eq!(sent["metadata"]["original_message_id"], id);
        assert_eq!(sent["metadata"]["reaction_emoji"], emoji);
        let reaction = &read["message"]["reaction_message"];
        assert_eq!(reaction["key"]["id"], id);
        assert_eq!(reaction["key"]["from_me"], false);
        assert_eq!(
            reaction["text"].as_str().unwrap_or_default(),
            emoji,
            "{read}"
        );
    }
}

#[tokio::test]
async fn in_a_group_the_author_must_be_named() {
    let chat = Chat::open().await;
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    let mut body = json!({ "number": group, "messageId": "3EB0ABC", "reaction": "👍" });
    let answer = chat.post(PATH, body.clone()).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.body["validation"][0]["field"], "participant");
    body["participant"] = json!(chat.ada);
    let (_, read) = chat.send(PATH, body).await;
    assert!(
        read["message"]["reaction_message"]["key"]["participant"].is_string(),
        "{read}"
    );
    let answer = chat
        .post(
            PATH,
            json!({ "number": chat.ada, "messageId": " ", "reaction": "👍" }),
        )
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.body["validation"][0]["field"], "messageId");
}

#[tokio::test]
async fn whose_message_it_is_need_not_be_said_where_it_is_known() {
    let chat = Chat::open().await;
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    for to in [&chat.ada, &group] {
        let (sent, _) = chat
            .send("/send/text", json!({ "number": to, "text": "mine" }))
            .await;
        let body = json!({ "number": to, "messageId": sent["message_id"], "reaction": "👍" });
        let (_, read) = chat.send(PATH, body).await;
        assert_eq!(
            read["message"]["reaction_message"]["key"]["from_me"], true,
            "{read}"
        );
    }
    let control = &chat.world.control;
    let id = control.send_text(&chat.ada, &group, "theirs").await;
    until_ok("the message is here", async || {
        match control.queued(&chat.phone).await {
            0 => Ok(()),
            some => Err(some),
        }
    })
    .await;
    let body = json!({ "number": group, "messageId": id, "reaction": "👍" });
    let (_, read) = chat.send(PATH, body).await;
    let key = &read["message"]["reaction_message"]["key"];
    assert_eq!(
        (&key["from_me"], &key["participant"]),
        (&json!(false), &json!(control.lid(&chat.ada).await))
    );
}
