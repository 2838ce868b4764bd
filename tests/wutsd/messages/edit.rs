//! PUT /messages/{messageId}

use reqwest::Method;
use serde_json::json;

use super::{received, sent};
use crate::send::{Chat, DOT};

async fn edit(chat: &Chat, id: &str, to: &str, text: &str) -> crate::support::Answer {
    let body = json!({ "to": to, "message": text });
    chat.user.api.put(&format!("/messages/{id}"), body).await
}

#[tokio::test]
async fn the_other_phone_shows_the_new_text() {
    let chat = Chat::open().await;
    let id = sent(&chat, "Dinner at seven?").await;
    let edited = edit(&chat, &id, &chat.ada, "Dinner at eight?")
        .await
        .expect(200);
    assert_eq!(edited["success"], true);
    assert_eq!(edited["message_id"], id);
    assert_eq!(edited["message"], "Message edited successfully");
    let read = chat.world.control.wait_for_kind(&chat.ada, "edit").await;
    assert_eq!(read["text"], "Dinner at eight?");
    assert_ne!(read["id"], id, "the edit is a message of its own");
    assert_eq!(read["message"]["protocol_message"]["key"]["id"], id);
    assert_eq!(read["message"]["protocol_message"]["key"]["from_me"], true);
}

#[tokio::test]
async fn in_a_group_too() {
    let chat = Chat::open().await;
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    let body = json!({ "number": group, "text": "Dinner at seven?" });
    let (sent, _) = chat.send("/send/text", body).await;
    let id = sent["message_id"].as_str().expect("an id");
    edit(&chat, id, &group, "Dinner at eight?")
        .await
        .expect(200);
    let read = chat.world.control.wait_for_kind(&chat.ada, "edit").await;
    assert_eq!(read["text"], "Dinner at eight?");
}

#[tokio::test]
async fn what_phones_would_pass_over_is_refused() {
    let chat = Chat::open().await;
    let (own, theirs) = (sent(&chat, "mine").await, received(&chat, "theirs").await);
    let bob = chat.world.control.account("Bob").await;
    let refused = async |id: &str, to: &str, text: &str, part: &str| {
        let answer = edit(&chat, id, to, text).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let error = answer.body["error"].as_str().expect("a text");
        assert!(error.contains(part), "{error}");
    };
    refused(&theirs, &chat.ada, "x", "only own messages").await;
    refused(&own, &bob, "x", "another chat").await;
    refused(&own, "", "x", "Invalid recipient JID: empty input").await;
    refused(&own, "nobody", "x", "Invalid recipient JID: invalid number").await;
    refused(&own, &chat.ada, "", "message").await;
    let answer = chat
        .user
        .api
        .request(
            Method::DELETE,
            "/messages/delete",
            Some(json!({ "messageId": own, "chatJid": chat.ada })),
        )
        .await;
    answer.expect(200);
    refused(&own, &chat.ada, "x", "has been deleted").await;
    let answer = edit(&chat, "3EB0FFFF", &chat.ada, "x").await;
    let unknown = json!({ "error": "message not found" });
    assert_eq!((answer.status, answer.body), (404, unknown));
    let place = json!({ "to": chat.ada, "latitude": 1, "longitude": 2 });
    let (place, _) = chat.send("/send/location", place).await;
    let place = place["message_id"].as_str().expect("an id");
    refused(
        place,
        &chat.ada,
        "x",
        "is of the kind location, which has no text",
    )
    .await;
    let picture = json!({ "number": chat.ada, "image": DOT, "caption": "A dot" });
    let (picture, _) = chat.send("/send/image", picture).await;
    let picture = picture["message_id"].as_str().expect("an id");
    refused(
        picture,
        &chat.ada,
        &"é".repeat(1025),
        "message must not be longer than 1024 characters: it is a caption",
    )
    .await;
    let nobody = chat.world.api.as_user("nobody");
    let answer = nobody
        .put(
            &format!("/messages/{own}"),
            json!({ "to": chat.ada, "message": "x" }),
        )
        .await;
    assert_eq!(
        (answer.status, answer.body),
        (401, json!({ "error": "unauthorized" }))
    );
}

#[tokio::test]
async fn an_old_one_is_refused() {
    let chat = Chat::open().await;
    let id = sent(&chat, "Dinner at seven?").await;
    chat.world.age_messages(21 * 60);
    let answer = edit(&chat, &id, &chat.ada, "Dinner at eight?").await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(
        answer.text.contains("older than 20 minutes"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn what_is_deleted_at_the_same_time_is_not_edited_afterwards() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    for _ in 0..3 {
        let id = sent(&chat, "Dinner at seven?").await;
        let slow = json!({ "number": chat.ada, "text": "wait", "delay": 1 });
        let delete = json!({ "messageId": id, "chatJid": chat.ada });
        let delete = async {
            let deleted = chat
                .user
                .api
                .request(Method::DELETE, "/messages/delete", Some(delete));
            deleted.await.expect(200);
        };
        let edit_at_once = edit(&chat, &id, &chat.ada, "after all");
        let (_, (), edited) = futures::join!(chat.post("/send/text", slow), delete, edit_at_once);
        let deleted = format!("{id} has been deleted");
        let again = edit(&chat, &id, &chat.ada, "a zombie").await;
        assert_eq!(
            (again.status, again.body["error"].as_str()),
            (400, Some(deleted.as_str()))
        );
        // It came before, or not at all.
        if edited.status != 200 {
            assert_eq!(edited.body["error"], deleted, "{}", edited.text);
        }
        let changes = control.inbox(&chat.ada).await;
        let of_this =
            |entry: &&serde_json::Value| entry["message"]["protocol_message"]["key"]["id"] == id;
        let last = changes.iter().rfind(of_this).expect("a change");
        assert_eq!(last["kind"], "revoke", "{last}");
    }
}
