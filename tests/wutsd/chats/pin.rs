//! POST /chats/{jid}/pin, DELETE /chats/{jid}/pin

use serde_json::json;

use super::{Chats, refuses};

#[tokio::test]
async fn the_phone_shows_it_above_others_and_no_longer() {
    let chats = Chats::start().await;
    let (api, path) = (&chats.user.api, chats.path("pin"));
    let pinned = api.post_nothing(&path).await.expect(200);
    assert_eq!(pinned, chats.answer(json!({ "pinned": true })).await);
    assert_eq!(chats.on_phone().await["pinned"], true);
    let bob = chats.world.control.account("Bob").await;
    chats
        .say(&bob, "later than anything in a pinned chat")
        .await;
    let listed = chats.list().await;
    assert_eq!(
        (&listed[0]["jid"], &listed[0]["pinned"]),
        (&json!(chats.chat()), &json!(true))
    );

    let unpinned = api.delete(&path).await.expect(200);
    assert_eq!(unpinned, chats.answer(json!({ "pinned": false })).await);
    assert_eq!(chats.on_phone().await["pinned"], false);
    let listed = chats.list().await;
    assert_eq!(listed[0]["jid"], format!("{bob}@s.whatsapp.net"));
}

#[tokio::test]
async fn what_is_done_on_the_phone_shows_and_is_kept_over_a_restart() {
    let mut chats = Chats::start().await;
    let chat = chats.chat();
    chats
        .on_the_phone(json!({ "chat": chat, "pinned": true }))
        .await;
    chats
        .wait_until(&chat, |listed| listed["pinned"] == true)
        .await;
    chats.restart().await;
    assert_eq!(chats.listed(&chat).await["pinned"], true);
    chats
        .on_the_phone(json!({ "chat": chat, "archived": true }))
        .await;
    chats
        .wait_until(&chat, |listed| listed["pinned"] == false)
        .await;
}

#[tokio::test]
async fn whatsapp_may_refuse_it() {
    refuses("pin", json!({}), &[], "failed to pin chat").await;
}
