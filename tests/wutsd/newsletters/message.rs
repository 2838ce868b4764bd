//! POST /newsletters/{jid}/messages

use serde_json::{Value, json};

use super::Desk;
use crate::chats::{listen, wait_for};
use crate::support::Receiver;

#[tokio::test]
async fn a_text_reaches_all_who_follow_on_phones_and_on_other_devices() {
    let desk = Desk::open().await;
    let (own_told, told) = (Receiver::start().await, Receiver::start().await);
    listen(
        &desk.user,
        &own_told,
        json!(["message.sent", "message.received"]),
    )
    .await;
    let (grace, _) = desk.world.paired_user().await;
    listen(&grace, &told, json!(["message.received"])).await;
    let jid = desk.own().await;
    grace
        .api
        .post(&format!("/newsletters/{jid}/subscribe"), json!({}))
        .await
        .expect(200);

    let path = format!("/newsletters/{jid}/messages");
    let sent = desk
        .user
        .api
        .post(&path, json!({ "text": "We are open ✨" }))
        .await
        .expect(200);
    assert_eq!(
        (&sent["success"], &sent["newsletter"], &sent["status_type"]),
        (&json!(true), &json!(jid), &json!("text"))
    );
    let timestamp = sent["timestamp"].as_str().expect("a time");
    assert!(timestamp.ends_with('Z'), "{sent}");
    let server_id = sent["server_id"].as_u64().expect("a number");

    let read = desk
        .world
        .control
        .wait_for_message(&desk.ada, &sent["message_id"])
        .await;
    assert_eq!(
        (&read["text"], &read["from"], &read["chat"]),
        (&json!("We are open ✨"), &json!(jid), &json!(jid))
    );
    assert_eq!(read["stanza"]["server_id"], json!(server_id.to_string()));
    wait_for(&told, "message.received", 1, |data| {
        data["message_id"] == sent["message_id"]
            && data["content"] == "We are open ✨"
            && data["server_id"] == server_id
            && data["from"] == jid
            && data["is_from_me"] == false
    })
    .await;
    wait_for(&own_told, "message.sent", 1, |data| {
        data["message_id"] == sent["message_id"]
            && data["to"] == jid
            && data["message_type"] == "text"
    })
    .await;
    let id = sent["message_id"].as_str().expect("an id");
    let state = desk
        .user
        .api
        .get(&format!("/messages/{id}/status"))
        .await
        .expect(200);
    assert_eq!(
        (&state["chat_jid"], &state["is_group"]),
        (&json!(jid), &json!(false))
    );

    // It is no chat.
    let chats = desk.user.api.get("/chats").await.expect(200);
    assert_eq!(chats["count"], 0, "{chats}");

    let next = desk
        .user
        .api
        .post(&path, json!({ "text": "and more" }))
        .await
        .expect(200);
    assert_eq!(next["server_id"], json!(server_id + 1));
}

#[tokio::test]
async fn texts_leave_in_the_order_in_which_they_were_asked_for() {
    let desk = Desk::open().await;
    let jid = desk.own().await;
    let path = format!("/newsletters/{jid}/messages");
    let all = (0..5).map(|number| {
        let body = json!({ "text": format!("post {number}") });
        desk.user.api.post(&path, body)
    });
    for sent in futures::future::join_all(all).await {
        let sent = sent.expect(200);
        desk.world
            .control
            .wait_for_message(&desk.ada, &sent["message_id"])
            .await;
    }
    let inbox = desk.world.control.inbox(&desk.ada).await;
    let numbers: Vec<&Value> = inbox
        .iter()
        .map(|message| &message["stanza"]["server_id"])
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_by_key(|number| number.as_str().map(str::to_owned));
    assert_eq!((numbers.len(), numbers), (5, sorted));
}

#[tokio::test]
async fn the_same_request_is_posted_once() {
    let desk = Desk::open().await;
    let path = format!("/newsletters/{}/messages", desk.own().await);
    let api = desk.user.api.with_header("Idempotency-Key", "sunday");
    let body = json!({ "text": "once" });
    let first = api.post(&path, body.clone()).await.expect(200);
    let second = api.post(&path, body).await.expect(200);
    assert_eq!(first["message_id"], second["message_id"]);
    assert_eq!(first["server_id"], second["server_id"]);
    let read = desk
        .world
        .control
        .wait_for_message(&desk.ada, &first["message_id"])
        .await;
    assert_eq!(read["times"], 1);
    let inbox = desk.world.control.inbox(&desk.ada).await;
    assert_eq!(inbox.len(), 1, "{inbox:?}");
}

#[tokio::test]
async fn who_leads_nothing_posts_nothing_and_a_silent_server_is_told() {
    let desk = Desk::open_with(&[("WHATSAPP__COMMAND_TIMEOUT", "2")]).await;
    let others = desk.world.control.channel(&desk.ada, &[&desk.phone]).await;
    let path = format!("/newsletters/{others}/messages");
    let answer = desk.user.api.post(&path, json!({ "text": "hello" })).await;
    let refused = (403, "only an admin of the newsletter may do that");
    assert_eq!(answer.text_error(), refused);
    assert!(desk.world.control.posts_of(&others).await.is_empty());
    // An admin may, from the next request on.
    let admin = json!({ "phone": desk.phone, "role": "admin" });
    desk.world.control.change_follower(&others, admin).await;
    let sent = desk
        .user
        .api
        .post(&path, json!({ "text": "hello" }))
        .await
        .expect(200);
    desk.world
        .control
        .wait_for_message(&desk.ada, &sent["message_id"])
        .await;
    // WhatsApp has the last word.
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 403, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.post(&path, json!({ "text": "hello" })).await;
    assert_eq!(answer.text_error(), refused);
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.post(&path, json!({ "text": "hello" })).await;
    let failed = "failed to send newsletter message: refused by WhatsApp (479): a field of the message is wrong";
    assert_eq!(answer.text_error(), (502, failed));
    let fault = json!({ "jid": "*", "fault": "ack_silence", "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk
        .user
        .api
        .post(&path, json!({ "text": "perhaps" }))
        .await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    let id = &answer.body["message_id"];
    assert_eq!(
        desk.world.control.wait_for_message(&desk.ada, id).await["text"],
        "perhaps"
    );
}

#[tokio::test]
async fn nonsense_is_refused() {
    let desk = Desk::open().await;
    let path = format!("/newsletters/{}/messages", desk.own().await);
    for text in [json!(null), json!(" "), json!("x".repeat(4097))] {
        let answer = desk.user.api.post(&path, json!({ "text": text })).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], "text",
            "{}",
            answer.text
        );
    }
    let failed = "failed to send newsletter message";
    desk.refuses("messages", json!({ "text": "hello" }), failed)
        .await;
}
