//! GET /messages/{id}/media

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::{arrived, received, sent};
use crate::send::Chat;
use crate::support::{Answer, LOCAL, Received, Receiver};

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

#[tokio::test]
async fn what_whatsapp_has_no_longer_its_sender_uploads_again() {
    let chat = Chat::open_with(&LOCAL).await;
    let receiver = Receiver::start().await;
    let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": ["media.retry"] });
    chat.post("/webhook", webhook).await.expect(200);
    let id = file(&chat).await;
    for (on_phones, status) in [(false, "ready"), (true, "not_found")] {
        chat.world.control.expire_media(on_phones).await;
        let answer = fetch(&chat, &id).await;
        let requested = json!({ "success": false, "status": "retry_requested" });
        assert_eq!((answer.status, answer.body), (202, requested));
        let is_told = |told: &Received| told.body["data"]["status"] == status;
        let told = receiver
            .until(status, |told| told.iter().any(is_told))
            .await;
        let told = told.iter().find(|told| is_told(told)).expect("it is told");
        assert_eq!(told.event(), "media.retry");
        assert_eq!(told.body["data"]["message_id"], id);
        let ada = format!("{}@s.whatsapp.net", chat.ada);
        assert_eq!(told.body["data"]["chat"], ada);
        if status == "ready" {
            assert_eq!(fetch(&chat, &id).await.text.as_bytes(), FILE);
        }
    }
}
