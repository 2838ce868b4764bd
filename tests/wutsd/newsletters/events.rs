//! What webhooks are told of newsletters: what the account's owner does with them on the phone, and what is posted.

use serde_json::json;

use super::Desk;
use crate::chats::{listen, wait_for};
use crate::support::Receiver;

#[tokio::test]
async fn what_is_done_on_the_phone_is_told() {
    let desk = Desk::open().await;
    let told = Receiver::start().await;
    let events = [
        "newsletter.join",
        "newsletter.leave",
        "newsletter.mute_change",
    ];
    listen(&desk.user, &told, json!(events)).await;
    let control = &desk.world.control;
    let jid = control.channel(&desk.ada, &[]).await;
    let change = async |change| control.change_follower(&jid, change).await;
    change(json!({ "phone": desk.phone, "role": "subscriber" })).await;
    wait_for(&told, "newsletter.join", 1, |data| {
        data["newsletter"] == jid
            && data["details"]["thread_metadata"]["name"]["text"] == "City news"
    })
    .await;
    change(json!({ "phone": desk.phone, "muted": true })).await;
    wait_for(&told, "newsletter.mute_change", 1, |data| {
        data["newsletter"] == jid && data["details"]["mute"] == "ON"
    })
    .await;
    change(json!({ "phone": desk.phone, "role": "guest" })).await;
    wait_for(&told, "newsletter.leave", 1, |data| {
        data["newsletter"] == jid
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_posts_is_told_while_it_happens() {
    let desk = Desk::open().await;
    let told = Receiver::start().await;
    listen(&desk.user, &told, json!(["newsletter.live_update"])).await;
    let jid = desk.own().await;
    let path = format!("/newsletters/{jid}/messages");
    let body = json!({ "text": "Do you like it?" });
    let sent = desk.user.api.post(&path, body).await.expect(200);
    let post = |data: &serde_json::Value| data["messages"][0]["server_id"] == sent["server_id"];
    let reaction = json!({ "phone": desk.ada, "server_id": sent["server_id"], "emoji": "👍" });
    desk.world.control.reacts(&jid, reaction).await;
    let reactions = json!([{ "code": "👍", "count": 1 }]);
    wait_for(&told, "newsletter.live_update", 1, |data| {
        data["newsletter"] == jid && post(data) && data["messages"][0]["reactions"] == reactions
    })
    .await;
}

#[tokio::test]
async fn what_was_posted_while_the_daemon_was_away_is_told_when_it_is_back() {
    let mut desk = Desk::open().await;
    let told = Receiver::start().await;
    listen(&desk.user, &told, json!(["message.received"])).await;
    let jid = desk.world.control.channel(&desk.ada, &[&desk.phone]).await;
    desk.world.daemon.stop("KILL").await;
    let media = json!({ "type": "image", "caption": "Look", "data_base64": crate::send::DOT });
    let posted = desk
        .world
        .control
        .posts(&jid, json!({ "media": media }))
        .await;
    desk.world.start_again(&[]).await;
    wait_for(&told, "message.received", 1, |data| {
        data["message_id"] == posted["id"]
            && data["message_type"] == "image"
            && data["content"] == "Look"
            && data["server_id"] == posted["server_id"]
            && data["chat"] == jid
    })
    .await;
}
