//! POST /newsletters/{jid}/subscribe, DELETE /newsletters/{jid}/subscribe

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, NOBODYS};

async fn unsubscribe(desk: &Desk, name: &str) -> crate::support::Answer {
    let path = format!("/newsletters/{name}/subscribe");
    desk.user.api.request(Method::DELETE, &path, None).await
}

#[tokio::test]
async fn who_follows_gets_what_is_posted_and_who_does_not_gets_nothing() {
    let desk = Desk::open().await;
    let told = crate::support::Receiver::start().await;
    crate::chats::listen(&desk.user, &told, json!(["message.received"])).await;
    let control = &desk.world.control;
    let jid = control.channel(&desk.ada, &[]).await;
    control.posts(&jid, json!({ "text": "before" })).await;
    let path = format!("/newsletters/{jid}/subscribe");
    for _again in 0..2 {
        let followed = desk.user.api.post(&path, json!({})).await.expect(200);
        assert_eq!(
            followed,
            json!({ "success": true, "jid": jid, "subscribed": true })
        );
    }
    let known = control.channel_state(&jid).await;
    assert_eq!(known["followers"][&desk.phone]["role"], "subscriber");
    let posted = control.posts(&jid, json!({ "text": "while" })).await;
    let of_the_post = |data: &Value| {
        data["message_id"] == posted["id"]
            && data["content"] == "while"
            && data["server_id"] == posted["server_id"]
    };
    crate::chats::wait_for(&told, "message.received", 1, of_the_post).await;

    for _again in 0..2 {
        let left = unsubscribe(&desk, &jid).await.expect(200);
        assert_eq!(
            left,
            json!({ "success": true, "jid": jid, "subscribed": false })
        );
    }
    assert_eq!(
        control.channel_state(&jid).await["followers"][&desk.phone],
        Value::Null
    );
    control.posts(&jid, json!({ "text": "after" })).await;
    // What was posted before a message that has come would have come before that.
    let last = control.send_text(&desk.ada, &desk.phone, "the last").await;
    crate::chats::wait_for(&told, "message.received", 1, |data| {
        data["message_id"] == last
    })
    .await;
    for received in told.all() {
        assert!(
            !["before", "after"].contains(&received.content()),
            "{}",
            received.body
        );
    }
}

#[tokio::test]
async fn an_invite_does_as_well_as_a_jid() {
    let desk = Desk::open().await;
    let jid = desk.world.control.channel(&desk.ada, &[]).await;
    let known = desk.world.control.channel_state(&jid).await;
    let code = known["invite"].as_str().expect("a code");
    let path = format!("/newsletters/https%3A%2F%2Fwhatsapp.com%2Fchannel%2F{code}/subscribe");
    let followed = desk.user.api.post(&path, json!({})).await.expect(200);
    assert_eq!(followed["jid"], json!(jid));
    assert_eq!(
        desk.seen(&jid).await["viewer_metadata"]["role"],
        "subscriber"
    );
    let left = unsubscribe(&desk, code).await.expect(200);
    assert_eq!(left["jid"], json!(jid));
    assert_eq!(desk.seen(&jid).await["viewer_metadata"]["role"], "guest");
}

#[tokio::test]
async fn nobody_leaves_what_is_his_own_and_nobody_follows_what_is_closed() {
    let desk = Desk::open().await;
    let own = desk.own().await;
    let refused = "WhatsApp does not let this account do that with the newsletter";
    assert_eq!(unsubscribe(&desk, &own).await.text_error(), (403, refused));
    let closed = desk.world.control.channel(&desk.ada, &[]).await;
    desk.world
        .control
        .change_channel(&closed, "suspended")
        .await;
    let answer = desk
        .user
        .api
        .post(&format!("/newsletters/{closed}/subscribe"), json!({}))
        .await;
    assert_eq!(answer.text_error(), (403, refused));
    let answer = unsubscribe(&desk, NOBODYS).await;
    assert_eq!(answer.text_error(), (404, "newsletter not found"));
    let failed = "failed to subscribe to newsletter";
    desk.refuses("subscribe", json!({}), failed).await;
}
