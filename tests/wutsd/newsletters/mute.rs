//! POST /newsletters/{jid}/mute

use serde_json::json;

use super::Desk;

#[tokio::test]
async fn a_follower_has_its_posts_announced_no_longer_and_again() {
    let desk = Desk::open().await;
    let jid = desk.world.control.channel(&desk.ada, &[&desk.phone]).await;
    let path = format!("/newsletters/{jid}/mute");
    for (body, muted, word) in [
        (json!({ "muted": true }), true, "on"),
        (json!({ "muted": false }), false, "off"),
        (json!({}), true, "on"),
    ] {
        let answer = desk.user.api.post(&path, body).await.expect(200);
        assert_eq!(
            answer,
            json!({ "success": true, "jid": jid, "muted": muted })
        );
        let known = desk.world.control.channel_state(&jid).await;
        assert_eq!(known["followers"][&desk.phone]["muted"], json!(muted));
        assert_eq!(desk.seen(&jid).await["viewer_metadata"]["mute"], word);
    }
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_who_does_not_follow() {
    let desk = Desk::open().await;
    let others = desk.world.control.channel(&desk.ada, &[]).await;
    let path = format!("/newsletters/{others}/mute");
    let answer = desk.user.api.post(&path, json!({ "muted": true })).await;
    let refused = (403, "the account does not follow the newsletter");
    assert_eq!(answer.text_error(), refused);
    let answer = desk.user.api.post(&path, json!({ "muted": 7 })).await;
    assert_eq!(
        answer.body["validation"][0]["field"], "muted",
        "{}",
        answer.text
    );
    desk.refuses(
        "mute",
        json!({ "muted": true }),
        "failed to mute newsletter",
    )
    .await;
}
