//! Sends that end without WhatsApp's word.

use serde_json::json;

use super::{Chat, PRIVATE};
use crate::support::receiver::Receiver;
use crate::support::until_ok;

const NOTHING: &str = "nothing was sent: ask again";
const PERHAPS: &str = "it may have been sent: ask GET /messages/{message_id}/status";

#[tokio::test]
async fn what_was_not_sent_in_time_has_failed_and_its_answer_says_so() {
    let chat = Chat::open_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let fault = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "usync", "times": 1 });
    chat.world.control.fault(fault).await;
    let body = json!({ "number": chat.ada, "text": "hello" });
    let api = chat.user.api.with_header("Idempotency-Key", "a-key");
    let answer = api.post("/send/text", body.clone()).await;
    let text = format!("context deadline exceeded: {NOTHING}");
    assert_eq!(answer.text_error(), (504, text.as_str()));
    let id = answer.body["message_id"].as_str().expect("an id");
    let path = format!("/messages/{id}/status");
    let told = chat.user.api.get(&path).await.expect(200);
    assert_eq!(
        (&told["status"], &told["error"]),
        (&json!("failed"), &json!(text))
    );
    assert_eq!(told["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
    // Its key and its id are kept, and it has not failed for good.
    let sent = api.post("/send/text", body).await.expect(200);
    assert_eq!(sent["message_id"], id);
    let told = chat.user.api.get(&path).await.expect(200);
    assert_ne!(told["status"], "failed", "{told}");
}

#[tokio::test]
async fn what_waits_when_its_device_goes_has_failed() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a socket");
    let address = listener.local_addr().expect("its address");
    let api = chat.user.api.clone();
    let body = json!({ "number": chat.ada, "image_url": format!("http://{address}/") });
    let asked = tokio::spawn(async move { api.post("/send/image", body).await });
    let _fetching = listener.accept().await.expect("it is fetched");
    chat.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = asked.await.expect("an answer");
    let text = format!("WhatsApp session is not connected: {NOTHING}");
    assert_eq!(answer.text_error(), (503, text.as_str()));
    let id = answer.body["message_id"].as_str().expect("an id");
    let failed = until_ok("it has failed", async || {
        let told = chat.user.api.get(&format!("/messages/{id}/status")).await;
        match told.body["status"] == "failed" {
            true => Ok(told.body),
            false => Err(told.text),
        }
    });
    let error = failed.await["error"].clone();
    assert_eq!(
        error,
        format!("whatsapp session is not connected: {NOTHING}")
    );
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}

#[tokio::test]
async fn an_ack_that_comes_after_the_answer_is_told_all_the_same() {
    let settings = [
        ("WHATSAPP__COMMAND_TIMEOUT", "2"),
        ("WHATSAPP__PROBE_TIMEOUT", "60"),
        ("WEBHOOKS__ALLOW_HTTP", "true"),
        ("WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    let chat = Chat::open_with(&settings).await;
    let receiver = Receiver::start().await;
    let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": ["message.sent"] });
    chat.user.api.post("/webhook", webhook).await.expect(200);
    let body = json!({ "number": chat.ada, "text": "hello" });
    let (first, _) = chat.send("/send/text", body.clone()).await;
    // WhatsApp is slow.
    chat.world.simulator.signal("STOP").await;
    let answer = chat.post("/send/text", body).await;
    let (status, text) = answer.text_error();
    assert_eq!(status, 504, "{}", answer.text);
    assert!(text.contains(PERHAPS), "{text}");
    let id = answer.body["message_id"].clone();
    chat.world.simulator.signal("CONT").await;
    let told = receiver
        .until("both are told", |told| told.len() == 2)
        .await;
    for (told, id) in told.iter().zip([&first["message_id"], &id]) {
        let data = &told.body["data"];
        assert_eq!(told.event(), "message.sent");
        assert_eq!(data["message_id"], *id);
        assert_eq!(data["message_type"], "text");
        assert!(data["job_id"].is_null(), "{data}");
    }
    chat.world.control.wait_for_message(&chat.ada, &id).await;
}
