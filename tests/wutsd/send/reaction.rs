//! POST /send/reaction

use serde_json::{Value, json};

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

#[tokio::test]
async fn only_an_empty_reaction_takes_one_back() {
    let chat = Chat::open().await;
    let with = |fields: Value| {
        let mut body = json!({ "number": chat.ada, "messageId": "3EB0ABC" });
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        body
    };
    let wrong = "reaction must be an emoji, or an empty string to take the reaction back";
    for (fields, text) in [
        (json!({}), "reaction is required"),
        (json!({ "emoji": "👍" }), "reaction is required"),
        (json!({ "reaction": null }), "reaction is required"),
        (json!({ "reaction": " " }), wrong),
        (json!({ "reaction": "like" }), wrong),
        (json!({ "reaction": 1 }), wrong),
        (json!({ "reaction": "👍".repeat(33) }), wrong),
    ] {
        chat.refuses_field(PATH, with(fields), "reaction", text)
            .await;
    }
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
    for emoji in ["1️⃣", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"] {
        let (_, read) = chat.send(PATH, with(json!({ "reaction": emoji }))).await;
        assert_eq!(read["message"]["reaction_message"]["text"], emoji);
    }
}

#[tokio::test]
async fn what_becomes_of_a_reaction_can_be_asked_for() {
    let chat = Chat::open().await;
    let body = json!({ "number": chat.ada, "messageId": "3EB0ABC", "reaction": "👍" });
    let (sent, _) = chat.send(PATH, body).await;
    let id = sent["message_id"].as_str().expect("an id");
    until_ok("the reaction has come somewhere", async || {
        let told = chat.user.api.get(&format!("/messages/{id}/status")).await;
        let states = ["sent", "delivered"];
        let state = told.body["status"].as_str().unwrap_or_default();
        match states.contains(&state) {
            true => Ok(()),
            false => Err(told.text),
        }
    })
    .await;
    // It says nothing that an answer could show.
    let quoted = json!({ "key": { "id": id, "fromMe": true } });
    let body = json!({ "number": chat.ada, "text": "so?", "quoted": quoted });
    let (sent, _) = chat.send("/send/text", body).await;
    assert_eq!(sent["metadata"]["quoted_message_found"], false);
}

#[tokio::test]
async fn a_message_of_another_chat_is_not_reacted_to() {
    let chat = Chat::open().await;
    let text = json!({ "number": chat.ada, "text": "hello" });
    let (sent, _) = chat.send("/send/text", text).await;
    let bob = chat.world.control.account("Bob").await;
    let body = json!({ "number": bob, "messageId": sent["message_id"], "reaction": "👍" });
    let id = sent["message_id"].as_str().expect("an id");
    let text = format!("number is another chat than that of {id}");
    chat.refuses_field(PATH, body, "number", &text).await;
}
