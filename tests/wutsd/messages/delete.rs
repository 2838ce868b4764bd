//! DELETE /messages/delete

use reqwest::Method;
use serde_json::{Value, json};

use super::{names_field, received, received_in, sent};
use crate::send::Chat;
use crate::support::Answer;

async fn delete(chat: &Chat, body: Value) -> Answer {
    chat.user
        .api
        .request(Method::DELETE, "/messages/delete", Some(body))
        .await
}

#[tokio::test]
async fn an_own_message_is_taken_back_from_everybody() {
    let chat = Chat::open().await;
    let id = sent(&chat, "wrong price").await;
    let body = json!({ "messageId": id, "chatJid": chat.ada, "deleteType": "for_everyone", "reason": "wrong price" });
    let deleted = delete(&chat, body).await.expect(200);
    assert_eq!(
        (&deleted["success"], &deleted["message_id"]),
        (&json!(true), &json!(id))
    );
    assert_eq!(deleted["delete_type"], "for_everyone");
    assert_eq!(deleted["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
    let metadata = &deleted["metadata"];
    assert_eq!(metadata["time_elapsed_minutes"], 0);
    assert_eq!(metadata["within_time_limit"], true);
    assert_eq!(metadata["reason"], "wrong price");
    assert!(metadata["processing_time_ms"].is_u64(), "{deleted}");
    let read = chat.world.control.wait_for_kind(&chat.ada, "revoke").await;
    assert_eq!(read["message"]["protocol_message"]["key"]["id"], id);
}

#[tokio::test]
async fn for_this_account_only_nobody_else_notices() {
    let chat = Chat::open().await;
    let id = sent(&chat, "hello").await;
    let body = json!({ "messageId": id, "chatJid": chat.ada, "deleteType": "for_me" });
    let deleted = delete(&chat, body).await.expect(200);
    assert_eq!(deleted["delete_type"], "for_me");
    let status = chat.user.api.get(&format!("/messages/{id}/status")).await;
    assert_eq!(status.status, 404, "{}", status.text);
    // What comes after it is read, and no revoke before it.
    let later = sent(&chat, "later").await;
    chat.world
        .control
        .wait_for_message(&chat.ada, &json!(later))
        .await;
    let inbox = chat.world.control.inbox(&chat.ada).await;
    assert!(
        inbox.iter().all(|message| message["kind"] != "revoke"),
        "{inbox:?}"
    );
}

#[tokio::test]
async fn in_a_group_only_admins_delete_what_others_have_written() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    // The first in it has made it.
    for (members, status) in [
        ([&chat.phone, &chat.ada], 200),
        ([&chat.ada, &chat.phone], 403),
    ] {
        let group = control.group(&members).await;
        let id = received_in(&chat, &group, "an advertisement").await;
        let body = json!({ "messageId": id, "chatJid": group });
        let answer = delete(&chat, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        if status == 200 {
            let read = control.wait_for_kind(&chat.ada, "revoke").await;
            let key = &read["message"]["protocol_message"]["key"];
            assert_eq!(
                (&key["id"], &key["from_me"]),
                (&json!(id), &json!(false)),
                "{read}"
            );
            assert!(key["participant"].is_string(), "{read}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_is_refused() {
    let chat = Chat::open().await;
    let (own, theirs) = (sent(&chat, "mine").await, received(&chat, "theirs").await);
    let bob = chat.world.control.account("Bob").await;
    let with = |id: &str, chat: &str| json!({ "messageId": id, "chatJid": chat });
    names_field(&delete(&chat, with(&theirs, &chat.ada)).await, "messageId");
    names_field(&delete(&chat, with(&own, &bob)).await, "chatJid");
    names_field(&delete(&chat, with("", &chat.ada)).await, "messageId");
    names_field(&delete(&chat, with(&own, "x")).await, "chatJid");
    let mut body = with(&own, &chat.ada);
    body["deleteType"] = json!("for_nobody");
    names_field(&delete(&chat, body).await, "deleteType");
    let mut body = with("3EB0FFFF", &chat.ada);
    body["validateOwnership"] = json!(true);
    let answer = delete(&chat, body).await;
    assert_eq!(
        answer.text_error(),
        (403, "the message was written by somebody else")
    );
    chat.world.age_messages(61 * 3600);
    let answer = delete(&chat, with(&own, &chat.ada)).await;
    names_field(&answer, "messageId");
    assert!(
        answer.text.contains("older than 60 hours"),
        "{}",
        answer.text
    );
}
