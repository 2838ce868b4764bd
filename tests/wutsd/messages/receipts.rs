//! Receipts that a caller sends: what is the same for each kind.

use serde_json::json;

use super::{names_field, received, received_in, sent};
use crate::send::Chat;

/// A kind of receipt.
#[derive(Clone, Copy)]
pub struct Kind {
    /// At the end of its address, and in the answer.
    pub name: &'static str,
    /// As phones are told it.
    pub wire: &'static str,
}

impl Kind {
    /// Its author's phone is told.
    pub async fn reaches_the_author(self) {
        let Self { name, wire } = self;
        let chat = Chat::open().await;
        let id = received(&chat, "are you there?").await;
        let path = format!("/messages/{id}/{name}");
        let control = &chat.world.control;
        // The device has told of its own accord that it came.
        let before = control.told(&chat.ada, &id, wire).await;
        let told = chat.user.api.post_nothing(&path).await.expect(200);
        assert_eq!(
            (&told["success"], &told["receipt_type"]),
            (&json!(true), &json!(name))
        );
        assert_eq!(told["message_ids"], json!([id]));
        assert!(
            told["chat_jid"].is_string() && told["sender_jid"].is_string(),
            "{told}"
        );
        assert!(told["timestamp"].is_string(), "{told}");
        control
            .wait_to_be_told(&chat.ada, &id, wire, before + 1)
            .await;
    }

    /// The same in a group.
    pub async fn reaches_the_author_in_a_group(self) {
        let Self { name, wire } = self;
        let chat = Chat::open().await;
        let control = &chat.world.control;
        let group = control.group(&[&chat.phone, &chat.ada]).await;
        let id = received_in(&chat, &group, "are you there?").await;
        let before = control.told(&chat.ada, &id, wire).await;
        let path = format!("/messages/{id}/{name}");
        let told = chat.user.api.post_nothing(&path).await.expect(200);
        assert_eq!(told["chat_jid"], group);
        control
            .wait_to_be_told(&chat.ada, &id, wire, before + 1)
            .await;
    }

    /// What it cannot be sent for.
    pub async fn is_refused(self) {
        let Self { name, .. } = self;
        let chat = Chat::open().await;
        let path = &format!("/messages/3EB0FFFF/{name}");
        names_field(&chat.user.api.post_nothing(path).await, "chat_jid");
        let told = chat
            .post(path, json!({ "chat_jid": chat.ada }))
            .await
            .expect(200);
        assert_eq!(told["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
        let body = json!({ "chat_jid": "120363021234567890@g.us" });
        names_field(&chat.post(path, body).await, "sender_jid");
        let many = vec!["3EB0"; 257];
        let body = json!({ "chat_jid": chat.ada, "message_ids": many });
        names_field(&chat.post(path, body).await, "message_ids");
        let theirs = received(&chat, "theirs").await;
        let bob = chat.world.control.account("Bob").await;
        let path = format!("/messages/{theirs}/{name}");
        names_field(
            &chat.post(&path, json!({ "chat_jid": bob })).await,
            "chat_jid",
        );
        let own = sent(&chat, "mine").await;
        names_field(
            &chat
                .user
                .api
                .post_nothing(&format!("/messages/{own}/{name}"))
                .await,
            "id",
        );
    }
}
