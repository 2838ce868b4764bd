//! What is known of earlier messages counts in what comes after.

use serde_json::{Value, json};

use super::{arrived, received_in, wait_for_status};
use crate::send::Chat;

#[tokio::test]
async fn an_answer_shows_what_it_answers_whatever_the_request_says_of_it() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let id = received_in(&chat, &group, "Who brings the cake?").await;
    // Who wrote it is known, and so is what it says.
    let answer = json!({ "number": group, "text": "I do", "quoted": { "key": { "id": id, "fromMe": false } } });
    let (sent, read) = chat.send("/send/text", answer).await;
    assert_eq!(sent["metadata"]["quoted_message_found"], true);
    let context = &read["message"]["extended_text_message"]["context_info"];
    assert_eq!(context["stanza_id"], id);
    assert_eq!(
        context["quoted_message"]["conversation"],
        "Who brings the cake?"
    );
    assert_eq!(
        context["participant"],
        control.lid(&chat.ada).await,
        "{read}"
    );

    let edit =
        json!({ "content": { "type": "edit", "message": id, "text": "Who brings the bread?" } });
    control.says(&chat.ada, edit).await;
    arrived(&chat).await;
    let answer = json!({ "number": group, "text": "I do", "quoted": { "key": { "id": id, "fromMe": false } } });
    let (_, read) = chat.send("/send/text", answer).await;
    let context = &read["message"]["extended_text_message"]["context_info"];
    assert_eq!(
        context["quoted_message"]["conversation"],
        "Who brings the bread?"
    );

    let unknown = json!({ "number": chat.ada, "text": "I do", "quoted": { "key": { "id": "3EB0FFFF", "fromMe": false } } });
    let (sent, _) = chat.send("/send/text", unknown).await;
    assert_eq!(sent["metadata"]["quoted_message_found"], false);
}

#[tokio::test]
async fn in_a_chat_whose_messages_disappear_what_is_sent_does_too() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let expiration = async |kind: &str, path: &str, body: Value| {
        let (_, read) = chat.send(path, body).await;
        read["message"][kind]["context_info"]["expiration"].clone()
    };
    let text = || json!({ "number": chat.ada, "text": "hello" });
    assert_eq!(
        expiration("extended_text_message", "/send/text", text()).await,
        Value::Null
    );
    let says = json!({ "to": chat.phone, "content": { "type": "text", "text": "gone tomorrow" }, "expiration": 86_400 });
    control.says(&chat.ada, says).await;
    arrived(&chat).await;
    assert_eq!(
        expiration("extended_text_message", "/send/text", text()).await,
        86_400
    );
    let place = json!({ "to": chat.ada, "latitude": 1, "longitude": 2 });
    assert_eq!(
        expiration("location_message", "/send/location", place).await,
        86_400
    );
    // Also in an envelope.
    let file = json!({ "number": chat.ada, "document": "R29vZCBtb3JuaW5n", "file_name": "a.txt", "caption": "read it" });
    assert_eq!(
        expiration("document_message", "/send/document", file).await,
        86_400
    );
    // Another chat is another chat.
    let bob = control.account("Bob").await;
    let sent = chat
        .post("/send/text", json!({ "number": bob, "text": "hello" }))
        .await
        .expect(200);
    let read = control.wait_for_message(&bob, &sent["message_id"]).await;
    assert_eq!(read["message"], Value::Null, "a plain text");
}

#[tokio::test]
async fn what_was_read_and_played_is_known_and_what_was_taken_back_is_gone() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let id = super::sent(&chat, "hello").await;
    for (attention, status) in [("read", "read"), ("played", "played")] {
        control.wait_for_message(&chat.ada, &json!(id)).await;
        control.attends(&chat.ada, attention, &[&json!(id)]).await;
        let told = wait_for_status(&chat, &id, status).await;
        assert!(
            told["read_at"].is_string() && told["delivered_at"].is_string(),
            "{told}"
        );
    }
    let file = json!({ "type": "document", "file": { "data_base64": "R29vZCBtb3JuaW5n", "mimetype": "text/plain" } });
    let says = json!({ "to": chat.phone, "content": file });
    let id = control.says(&chat.ada, says).await;
    arrived(&chat).await;
    let path = format!("/messages/{}/media", id.as_str().expect("an id"));
    assert_eq!(chat.user.api.get(&path).await.text, "Good morning");
    let revoke = json!({ "content": { "type": "revoke", "message": id } });
    control.says(&chat.ada, revoke).await;
    arrived(&chat).await;
    let gone = (410, "the media of this message is gone");
    assert_eq!(chat.user.api.get(&path).await.text_error(), gone);
}
