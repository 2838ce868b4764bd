//! POST /chats/{jid}/archive

use serde_json::{Value, json};

use super::{Chats, refuses};

#[tokio::test]
async fn the_phone_shows_it_out_of_sight_and_unpinned_up_to_its_last_message() {
    let chats = Chats::start().await;
    let (api, control) = (&chats.user.api, &chats.world.control);
    let sent = chats.say(&chats.ada, "hello").await;
    api.post(&chats.path("pin"), json!({})).await.expect(200);
    let archived = api
        .post(&chats.path("archive"), json!({ "archived": true }))
        .await
        .expect(200);
    assert_eq!(archived, chats.answer(json!({ "archived": true })).await);
    let shown = chats.on_phone().await;
    assert_eq!(
        (&shown["archived"], &shown["pinned"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(shown["archived_up_to"], sent, "{shown}");
    let listed = chats.listed(&chats.chat()).await;
    assert_eq!(
        (&listed["archived"], &listed["pinned"]),
        (&json!(true), &json!(false))
    );

    let back = api
        .post(&chats.path("archive"), json!({ "archived": false }))
        .await
        .expect(200);
    assert_eq!(back["archived"], false);
    assert_eq!(chats.on_phone().await["archived"], false);
    assert_eq!(chats.listed(&chats.chat()).await["archived"], false);

    // A later message than is known here.
    let later = json!({ "last_message_timestamp": 4_000_000_000_u32 });
    api.post(&chats.path("archive"), later).await.expect(200);
    let shown = chats.on_phone().await;
    assert_eq!(shown["archived_at"], 4_000_000_000_u32, "{shown}");
    assert_eq!(shown["archived_up_to"], Value::Null, "{shown}");

    let group = control.group(&[&chats.phone, &chats.ada]).await;
    let path = format!("/chats/{group}/archive");
    let archived = api.post(&path, json!({})).await.expect(200);
    assert_eq!(
        (&archived["chat_jid"], &archived["archived"]),
        (&json!(group), &json!(true))
    );
    assert_eq!(control.chat(&chats.phone, &group).await["archived"], true);
    assert_eq!(chats.listed(&group).await["archived"], true);
}

#[tokio::test]
async fn what_is_done_on_the_phone_shows_and_is_kept_over_a_restart() {
    let mut chats = Chats::start().await;
    // From then on it is known who the LID is.
    chats.say(&chats.ada, "hello").await;
    for chat in [chats.chat(), chats.world.control.lid(&chats.ada).await] {
        chats
            .on_the_phone(json!({ "chat": chat, "archived": true }))
            .await;
        chats
            .wait_until(&chats.chat(), |listed| listed["archived"] == true)
            .await;
        chats
            .on_the_phone(json!({ "chat": chat, "archived": false }))
            .await;
        chats
            .wait_until(&chats.chat(), |listed| listed["archived"] == false)
            .await;
    }
    // From now on the phone has it by LID, and so has whatever is written here.
    let archived = json!({ "archived": true });
    let api = &chats.user.api;
    api.post(&chats.path("archive"), archived).await.expect(200);
    let lid = chats.world.control.lid(&chats.ada).await;
    assert_eq!(
        chats.world.control.chat(&chats.phone, &lid).await["archived"],
        true
    );
    chats.restart().await;
    assert_eq!(chats.listed(&chats.chat()).await["archived"], true);
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_what_whatsapp_refuses() {
    let right = json!({ "archived": true });
    let wrong = [
        (json!({ "archived": "perhaps" }), "archived"),
        (
            json!({ "last_message_timestamp": -1 }),
            "last_message_timestamp",
        ),
    ];
    refuses("archive", right, &wrong, "failed to archive chat").await;
}
