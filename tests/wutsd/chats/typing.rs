//! POST /chats/{jid}/typing

use serde_json::{Value, json};

use super::{Two, wait_for};
use crate::support::{LOCAL, Receiver, World};

#[tokio::test]
async fn the_other_device_is_told_who_types_or_records_and_that_they_have_stopped() {
    let two = Two::start(json!(["chat.presence"])).await;
    let path = format!("/chats/{}/typing", two.chat());
    let table = [
        (
            json!({ "state": "typing", "media": "text" }),
            "composing",
            "text",
        ),
        (json!({ "state": "paused" }), "paused", "text"),
        (
            json!({ "state": "composing", "media": "audio" }),
            "composing",
            "audio",
        ),
        (json!({ "state": "recording" }), "composing", "audio"),
    ];
    for (number, (body, state, media)) in table.into_iter().enumerate() {
        let shown = two.user.api.post(&path, body).await.expect(200);
        assert_eq!(shown["success"], true);
        assert_eq!(shown["chat_jid"], two.chat());
        assert_eq!(
            (&shown["state"], &shown["media"]),
            (&json!(state), &json!(media))
        );
        let told = two.told.wait_for(number + 1).await.remove(number);
        let data = &told.body["data"];
        let medium = if media == "audio" { "audio" } else { "" };
        assert_eq!(data["state"], state, "{data}");
        assert_eq!(data["media"], medium, "{data}");
        let sender = format!("{}@s.whatsapp.net", two.phone);
        assert_eq!(data["sender_pn"], sender, "{data}");
    }
}

#[tokio::test]
async fn in_a_group_everybody_is_told_and_the_chat_may_be_named_by_number_and_lid() {
    let two = Two::start(json!(["chat.presence"])).await;
    let control = &two.world.control;
    let group = control.group(&[&two.phone, &two.ada_phone]).await;
    let typing = json!({ "state": "typing" });
    let path = format!("/chats/{group}/typing");
    let shown = two.user.api.post(&path, typing.clone()).await.expect(200);
    assert_eq!(shown["chat_jid"], group);
    wait_for(&two.told, "chat.presence", 1, |data| data["chat"] == group).await;

    let lid = control.lid(&two.ada_phone).await;
    for (told, name) in [&two.ada_phone, &lid].into_iter().enumerate() {
        let path = format!("/chats/{name}/typing");
        let shown = two.user.api.post(&path, typing.clone()).await.expect(200);
        assert_eq!(shown["chat_jid"], two.chat(), "{name}");
        let by_number = |data: &Value| data["chat"] != group && data["state"] == "composing";
        wait_for(&two.told, "chat.presence", told + 1, by_number).await;
    }
}

#[tokio::test]
async fn nonsense_strangers_and_foreign_groups_are_refused() {
    let world = World::start_with(&LOCAL).await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let path = format!("/chats/{ada}/typing");
    let table = [
        (json!({}), "state", "state is required"),
        (
            json!({ "state": "dancing" }),
            "state",
            "state must be one of",
        ),
        (
            json!({ "state": "typing", "media": "video" }),
            "media",
            "media must be",
        ),
    ];
    for (body, field, text) in table {
        let answer = user.api.post(&path, body).await;
        let (status, said) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(said.starts_with(text), "{said}");
        assert_eq!(answer.body["validation"][0]["field"], field);
    }
    let typing = json!({ "state": "typing" });
    for nobody in ["nonsense", "19995550000"] {
        let answer = user
            .api
            .post(&format!("/chats/{nobody}/typing"), typing.clone())
            .await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(answer.body["validation"][0]["field"], "jid");
    }
    let others = world.control.group(&[&ada]).await;
    let answer = user
        .api
        .post(&format!("/chats/{others}/typing"), typing.clone())
        .await;
    assert_eq!(answer.text_error(), (404, "group not found"));
    let own = Receiver::start().await;
    super::listen(&user, &own, json!(["chat.presence"])).await;
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.post(&path, typing).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
    assert!(own.all().is_empty(), "{phone}");
}
