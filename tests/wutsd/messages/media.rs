//! GET /messages/{id}/media

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::{arrived, received, sent};
use crate::send::Chat;
use crate::support::Answer;

const FILE: &[u8] = b"not really a picture, and all the same a file";

async fn fetch(chat: &Chat, id: &str) -> Answer {
    chat.user.api.get(&format!("/messages/{id}/media")).await
}

/// Ada sends a file; the message's id, once it is known here.
async fn file(chat: &Chat) -> String {
    let control = &chat.world.control;
    let media = json!({ "type": "document", "mimetype": "text/plain", "data_base64": BASE64_STANDARD.encode(FILE) });
    let id = control.send_media(&chat.ada, &chat.phone, media).await;
    arrived(chat).await;
    id.as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn the_file_that_somebody_sent_is_fetched_by_its_messages_id() {
    let chat = Chat::open().await;
    let id = file(&chat).await;
    let answer = fetch(&chat, &id).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.text.as_bytes(), FILE);
    let stranger = chat.world.user().await;
    let answer = stranger.api.get(&format!("/messages/{id}/media")).await;
    assert_eq!(answer.text_error(), (404, "message not found"));
}

#[tokio::test]
async fn what_has_no_file_and_what_is_unknown_is_not_found() {
    let chat = Chat::open().await;
    let text = received(&chat, "only words").await;
    assert_eq!(
        fetch(&chat, &text).await.text_error(),
        (404, "the message has no media")
    );
    let own = sent(&chat, "only words").await;
    assert_eq!(
        fetch(&chat, &own).await.text_error(),
        (404, "the message has no media")
    );
    assert_eq!(
        fetch(&chat, "3EB0FFFF").await.text_error(),
        (404, "message not found")
    );
    let id = file(&chat).await;
    chat.user.api.post_nothing("/disconnect").await.expect(200);
    assert_eq!(fetch(&chat, &id).await.status, 503);
}
